# Maximum likelihood from rows that lack cells, without EM: optim climbs the likelihood of the cells that are there, which
# mvtnorm gives row by row. One Gaussian, and mixtures of two with full, shared and diagonal covariances.
# Run: Rscript tests/references/missing.R > tests/references/missing.json (Debian: r-cran-mvtnorm, r-cran-jsonlite)
suppressMessages({ library(mvtnorm); library(jsonlite) })

# Holes anyone can recompute: every fifth length of an eruption, every seventh wait; some rows lack both.
X <- as.matrix(faithful)
X[seq(5, nrow(X), 5), 1] <- NA
X[seq(7, nrow(X), 7), 2] <- NA

density <- function(mean, sigma) {
  apply(X, 1, function(x) {
    seen <- !is.na(x)
    if (!any(seen)) return(1)
    dmvnorm(x[seen], mean[seen], sigma[seen, seen, drop = FALSE])
  })
}

# Means, then a Cholesky factor with the logarithms of its diagonal.
sigma_of <- function(v) { L <- matrix(c(exp(v[1]), v[2], 0, exp(v[3])), 2); L %*% t(L) }
factor_of <- function(s) { L <- t(chol(s)); c(log(L[1, 1]), L[2, 1], log(L[2, 2])) }

models <- list(
  one = list(start = c(3.5, 71, factor_of(cov(faithful))), components = function(v) {
    list(weights = 1, means = list(v[1:2]), sigmas = list(sigma_of(v[3:5])))
  }),
  full = list(start = c(0.6, 2, 54.5, 4.3, 80, factor_of(diag(c(0.1, 36))), factor_of(diag(c(0.17, 36)))), components = function(v) {
    w <- plogis(v[1])
    list(weights = c(1 - w, w), means = list(v[2:3], v[4:5]), sigmas = list(sigma_of(v[6:8]), sigma_of(v[9:11])))
  }),
  tied = list(start = c(0.6, 2, 54.5, 4.3, 80, factor_of(diag(c(0.14, 36)))), components = function(v) {
    w <- plogis(v[1]); s <- sigma_of(v[6:8])
    list(weights = c(1 - w, w), means = list(v[2:3], v[4:5]), sigmas = list(s, s))
  }),
  diag = list(start = c(0.6, 2, 54.5, 4.3, 80, log(c(0.1, 36, 0.17, 36))), components = function(v) {
    w <- plogis(v[1])
    list(weights = c(1 - w, w), means = list(v[2:3], v[4:5]), sigmas = list(diag(exp(v[6:7])), diag(exp(v[8:9]))))
  })
)

log_likelihood <- function(p) sum(log(Reduce(`+`, Map(function(w, m, s) w * density(m, s), p$weights, p$means, p$sigmas))))

climb <- function(model) {
  v <- model$start
  for (i in 1:6) {
    v <- optim(v, function(v) -log_likelihood(model$components(v)), method = "BFGS",
               control = list(maxit = 500, reltol = 1e-15, parscale = pmax(abs(v), 0.1), ndeps = rep(1e-5, length(v))))$par
  }
  p <- model$components(v)
  list(weights = p$weights, means = do.call(rbind, p$means), covariances = aperm(simplify2array(p$sigmas), c(3, 1, 2)),
       log_likelihood = log_likelihood(p))
}

cat(toJSON(list(versions = list(R = R.version.string, mvtnorm = as.character(packageVersion("mvtnorm"))),
                fits = lapply(models, climb)), digits = 10, auto_unbox = TRUE, pretty = FALSE), "\n", sep = "")

# What R's mclust makes of its default prior, frozen for tests: the prior itself, single M-steps from given
# responsibilities, and fits at the end. Models without a prior in mclust (VEE, EVE, VVE, EVV) are left out.
# Run: Rscript tests/references/mclust_priors.R > tests/references/mclust_priors.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })

MODELS <- c("EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE", "EEV", "VEV", "VVV")
tables <- list(
  faithful = list(X = as.matrix(faithful), models = MODELS, K = 3),
  iris = list(X = as.matrix(iris[, 1:4]), models = MODELS, K = 2),
  waiting = list(X = as.matrix(faithful$waiting), models = c("E", "V"), K = 3)
)

# Responsibilities anyone can recompute: softmax of a fixed linear score of the standardised columns.
responsibilities <- function(X, K) {
  Z <- scale(X)
  score <- 2 * (sapply(seq_len(K), function(k) Z %*% cos(3 * k * seq_len(ncol(X)))) + matrix(0, nrow(X), K))
  exp(score) / rowSums(exp(score))
}

matrices <- function(variance, D, K) {
  if (D > 1) aperm(variance$sigma, c(3, 1, 2)) else array(rep_len(variance$sigmasq, K), c(K, 1, 1))
}
means <- function(parameters, D) if (D > 1) t(parameters$mean) else matrix(parameters$mean, ncol = 1)

# mclust takes one column as a vector.
as_it_likes <- function(X) if (ncol(X) > 1) X else drop(X)

cases <- list()
for (name in names(tables)) for (model in tables[[name]]$models) for (shrinkage in c(0.01, 3)) {
  X <- tables[[name]]$X
  K <- tables[[name]]$K
  D <- ncol(X)
  z <- responsibilities(X, K)
  prior <- priorControl(shrinkage = shrinkage)
  step <- mstep(as_it_likes(X), modelName = model, z = z, prior = prior)$parameters
  end <- suppressWarnings(me(as_it_likes(X), modelName = model, z = z, prior = prior,
                             control = emControl(tol = c(1e-13, 1e-13), itmax = c(20000, 10000))))
  believed <- defaultPrior(as_it_likes(X), G = K, modelName = model, shrinkage = shrinkage)
  cases[[length(cases) + 1]] <- list(
    table = name, model = model, n_components = K, shrinkage = shrinkage,
    prior = list(mean = I(unname(believed$mean)), dof = believed$dof, scale = unname(believed$scale)),
    means = means(step, D), covariances = matrices(step$variance, D, K),
    end = list(means = means(end$parameters, D), covariances = matrices(end$parameters$variance, D, K))
  )
}

chosen <- Mclust(faithful, prior = priorControl(), verbose = FALSE)
cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), cases = cases,
  chosen = list(model = chosen$modelName, n_components = chosen$G, bic = chosen$bic, log_likelihood = chosen$loglik)
), auto_unbox = TRUE, digits = NA, pretty = FALSE, na = "null"), "\n")

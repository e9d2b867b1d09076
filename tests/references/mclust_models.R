# What R's mclust makes of every covariance model, frozen for tests: single M-steps from given responsibilities,
# log-likelihoods after 1 and 5 iterations of EM and at the end, and numbers of free parameters; equal weights too.
# Run: Rscript tests/references/mclust_models.R > tests/references/mclust_models.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })

lengths_and_widths <- as.matrix(iris[, 1:4])
tables <- list(
  faithful = list(X = as.matrix(faithful), models = mclust.options("emModelNames"), K = 2:3),
  iris = list(X = lengths_and_widths, models = mclust.options("emModelNames"), K = c(2, 4)),
  waiting = list(X = as.matrix(faithful$waiting), models = c("E", "V"), K = 2:3)
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

# mclust takes one column as a vector.
as_it_likes <- function(X) if (ncol(X) > 1) X else drop(X)
control <- function(n_steps, tolerance) emControl(tol = c(tolerance, 1e-12), itmax = c(n_steps, 10000))

# EM of mclust, which begins with an M-step: its log-likelihood is that after so many of them.
climb <- function(X, model, z, n_steps, tolerance = 0) {
  suppressWarnings(me(as_it_likes(X), modelName = model, z = z, control = control(n_steps, tolerance)))$loglik
}

# The same step by step with equal weights, which `me` makes wrong for several models (VVI, VEE, EVE, VVE, EVV).
climb_with_equal_weights <- function(X, model, z, n_steps) {
  for (i in seq_len(n_steps)) {
    parameters <- mstep(as_it_likes(X), modelName = model, z = z, control = control(1, 0))$parameters
    parameters$pro <- rep(1 / ncol(z), ncol(z))
    expected <- estep(as_it_likes(X), modelName = model, parameters = parameters)
    z <- expected$z
  }
  expected$loglik
}

cases <- list()
for (name in names(tables)) for (K in tables[[name]]$K) for (model in tables[[name]]$models) {
  X <- tables[[name]]$X
  z <- responsibilities(X, K)
  step <- mstep(as_it_likes(X), modelName = model, z = z, control = control(1, 0))
  cases[[length(cases) + 1]] <- list(
    table = name, model = model, n_components = K, covariances = matrices(step$parameters$variance, ncol(X), K),
    after_1 = climb(X, model, z, 1), after_5 = climb(X, model, z, 5), at_the_end = climb(X, model, z, 20000, 1e-12),
    after_5_of_equal_weights = climb_with_equal_weights(X, model, z, 5)
  )
}

free <- list()
for (model in mclust.options("emModelNames")) for (D in c(2, 3, 7)) for (K in c(1, 2, 9)) {
  free[[length(free) + 1]] <- list(
    model = model, n_columns = D, n_components = K, n_free = nMclustParams(model, d = D, G = K),
    n_free_of_equal_weights = nMclustParams(model, d = D, G = K, equalPro = TRUE)
  )
}

cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), cases = cases, free = free
), auto_unbox = TRUE, digits = NA, pretty = FALSE, na = "null"), "\n")

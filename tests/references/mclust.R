# What R's mclust finds, frozen for tests: fits of our four covariance models, and single M-steps from given
# responsibilities. Run: Rscript tests/references/mclust.R > tests/references/mclust.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })

models <- c("VII", "VVI", "EEE", "VVV")
tables <- list(faithful = as.matrix(faithful), iris = as.matrix(iris[, 1:4]))

fits <- list()
for (name in names(tables)) for (model in models) for (G in 1:4) {
  fit <- Mclust(tables[[name]], G = G, modelNames = model, verbose = FALSE)
  if (!is.null(fit)) fits[[length(fits) + 1]] <- list(
    table = name, model = model, n_components = G, log_likelihood = fit$loglik, n_free = fit$df, bic = -fit$bic, icl = -fit$icl
  )
}

# Responsibilities anyone can recompute: softmax of a fixed linear score of the standardised columns.
responsibilities <- function(X, K) {
  Z <- scale(X)
  score <- sapply(seq_len(K), function(k) Z %*% sin(k * seq_len(ncol(X)))) + matrix(0, nrow(X), K)
  exp(score) / rowSums(exp(score))
}
steps <- list()
for (name in names(tables)) for (model in models) {
  z <- responsibilities(tables[[name]], 3)
  parameters <- mstep(tables[[name]], modelName = model, z = z)$parameters
  sigma <- parameters$variance$sigma
  steps[[length(steps) + 1]] <- list(
    table = name, model = model, weights = parameters$pro, means = t(parameters$mean), covariances = aperm(sigma, c(3, 1, 2))
  )
}

cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), fits = fits, steps = steps
), auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")

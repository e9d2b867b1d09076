# Eigenvalues and directions of R's MclustDR by how much shapes count, with the mixtures of iris they belong to, frozen for tests.
# Run: Rscript tests/references/mclust_directions.R > tests/references/mclust_directions.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })

X <- as.matrix(iris[, 1:4])
cases <- list()
for (G in 2:4) for (lambda in c(1, 0.7, 0.3)) {
  fit <- Mclust(X, G = G, modelNames = "VVV", verbose = FALSE, control = emControl(tol = c(1e-14, 1e-14), itmax = c(1e5, 1e5)))
  found <- MclustDR(fit, lambda = lambda)
  cases[[length(cases) + 1]] <- list(
    lambda = lambda, weights = fit$parameters$pro, means = t(fit$parameters$mean),
    covariances = aperm(fit$parameters$variance$sigma, c(3, 1, 2)), eigenvalues = found$evalues, basis = unname(found$basis)
  )
}
cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), cases = cases
), auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")

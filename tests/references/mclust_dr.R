# The directions in which R's MclustDR sees fits of iris, and the mixtures that they belong to, frozen for tests.
# Run: Rscript tests/references/mclust_dr.R > tests/references/mclust_dr.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })

X <- as.matrix(iris[, 1:4])
cases <- list()
for (G in 2:4) {
  fit <- Mclust(X, G = G, modelNames = "VVV", verbose = FALSE, control = emControl(tol = c(1e-14, 1e-14), itmax = 1e5))
  basis <- MclustDR(fit, lambda = 1 / 1.001)$basis # differences of shape count a thousandth of those of means
  cases[[length(cases) + 1]] <- list(
    weights = fit$parameters$pro, means = t(fit$parameters$mean),
    covariances = aperm(fit$parameters$variance$sigma, c(3, 1, 2)), directions = basis[, 1:2]
  )
}
cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), cases = cases
), auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")

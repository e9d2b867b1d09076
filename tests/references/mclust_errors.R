# Standard errors of R's mclust, frozen for tests: three kinds of bootstrap and the jackknife, of Old Faithful.
# Run: Rscript tests/references/mclust_errors.R > tests/references/mclust_errors.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })
set.seed(1)

cases <- list()
for (model in c("VVV", "EEE")) {
  fit <- Mclust(faithful, G = 2, modelNames = model, verbose = FALSE, control = emControl(tol = c(1e-10, 1e-10)))
  for (type in c("bs", "wlbs", "pb", "jk")) {
    found <- summary(MclustBootstrap(fit, type = type, nboot = 1999, verbose = FALSE), what = "se")
    cases[[length(cases) + 1]] <- list(
      model = model, type = type, weights = unname(found$pro), means = unname(t(found$mean)),
      covariances = unname(aperm(found$variance, c(3, 1, 2)))
    )
  }
}

cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), cases = cases
), auto_unbox = TRUE, digits = 8), "\n")

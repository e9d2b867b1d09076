# Minimum covariance determinants of R's robustbase, which are trimmed likelihoods of one component, frozen for tests.
# Run: Rscript tests/references/robustbase.R > tests/references/robustbase.json
# (Debian: r-cran-robustbase, r-cran-jsonlite)
suppressMessages({ library(robustbase); library(jsonlite) })
set.seed(1)

data <- list(faithful = as.matrix(faithful), iris = as.matrix(iris[, 1:4]))
cases <- unlist(lapply(names(data), function(name) lapply(c(0.6, 0.75, 0.9), function(alpha) {
  fit <- covMcd(data[[name]], alpha = alpha, nsamp = 5000)
  list(name = name, n_kept = length(fit$best), log_det = fit$crit)
})), recursive = FALSE)

cat(toJSON(list(
  made_by = list(R = R.version.string, robustbase = as.character(packageVersion("robustbase"))), cases = cases
), auto_unbox = TRUE, digits = NA), "\n")

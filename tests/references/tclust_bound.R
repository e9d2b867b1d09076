# How R's tclust cuts the variances of components under a bound on their ratio, frozen for tests.
# Run: Rscript tests/references/tclust_bound.R > tests/references/tclust_bound.json (CRAN: tclust; jsonlite)
# What is frozen was made by this function alone, from R/R_restr.eigen.R of the package's sources on CRAN.
suppressMessages(library(jsonlite))
if (!exists(".restr2_eigenv")) .restr2_eigenv <- getFromNamespace(".restr2_eigenv", "tclust")
set.seed(1)

cases <- lapply(1:24, function(i) {
  D <- 1 + i %% 4; K <- 2 + i %% 3; ratio <- c(1, 2, 12, 50)[1 + (i - 1) %/% 6]
  variances <- matrix(exp(rnorm(D * K, sd = 2)), D, K); counts <- round(runif(K, 3, 90), 2)
  list(variances = t(variances), counts = counts, ratio = ratio, cut = t(.restr2_eigenv(variances, counts, ratio, 1e-16)))
})
cat(toJSON(list(made_by = list(R = R.version.string, tclust = "2.x"), cases = cases), auto_unbox = TRUE, digits = NA), "\n")

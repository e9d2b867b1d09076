# What R's mclust says of how many components there are, by the bootstrap, frozen for tests.
# Run: Rscript tests/references/mclust_lrt.R > tests/references/mclust_lrt.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })
set.seed(1)

tables <- list(faithful = as.matrix(faithful), waiting = as.matrix(faithful$waiting))
cases <- list(c("faithful", "EEE"), c("faithful", "VVV"), c("waiting", "V"), c("waiting", "E"))

tests <- list()
for (case in cases) {
  X <- tables[[case[1]]]
  found <- mclustBootstrapLRT(if (ncol(X) > 1) X else drop(X), modelName = case[2], nboot = 199, maxG = 3, verbose = FALSE)
  for (i in seq_along(found$p.value)) tests[[length(tests) + 1]] <- list(
    table = case[1], model = case[2], n_components = found$G[i], statistic = found$obs[i], p_value = found$p.value[i],
    quartiles = unname(quantile(found$boot[, i], c(0.25, 0.5, 0.75), na.rm = TRUE))
  )
}

cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), n_bootstrap = 199, tests = tests
), auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")

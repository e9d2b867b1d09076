# What R's mclust finds in two tables of one column that many papers fit, frozen for tests with the tables.
# Run: Rscript tests/references/mclust_one_column.R > tests/references/mclust_one_column.json
# (Debian: r-cran-mclust, r-cran-mass, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })
data(acidity)
tables <- list(galaxies = MASS::galaxies / 1000, acidity = as.vector(acidity))

fits <- list()
for (name in names(tables)) {
  bic <- mclustBIC(tables[[name]], G = 1:9, verbose = FALSE)
  for (model in colnames(bic)) for (G in rownames(bic)) if (!is.na(bic[G, model])) {
    fits[[length(fits) + 1]] <- list(table = name, model = model, n_components = as.integer(G), bic = -bic[G, model])
  }
}

cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), tables = tables, fits = fits
), auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")

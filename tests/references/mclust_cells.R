# What R's mclust makes of single models and numbers where good ends are hard to find, and of the data; for tests.
# Run: Rscript tests/references/mclust_cells.R > tests/references/mclust_cells.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })

tables <- list(attitude = as.matrix(attitude[, 1:3]), quakes = as.matrix(quakes[seq(1, 1000, 4), 1:3]))
cells <- list(
  list("attitude", "EVI", 7), list("attitude", "EVI", 8), list("attitude", "VEI", 8),
  list("quakes", "EVI", 8), list("quakes", "VEI", 9)
)
fits <- lapply(cells, function(cell) list(
  table = cell[[1]], model = cell[[2]], n_components = cell[[3]],
  bic = -Mclust(tables[[cell[[1]]]], G = cell[[3]], modelNames = cell[[2]], verbose = FALSE)$bic
))
cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))),
  tables = lapply(tables, unname), fits = fits
), auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")

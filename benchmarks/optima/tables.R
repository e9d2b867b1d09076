# Data sets of packages that Debian has (r-cran-mclust, r-cran-mass, r-cran-cluster, r-cran-jsonlite), as JSON: the
# columns of numbers, rows without gaps. Packages that are not installed are left out.
wanted <- list(
  mclust = list(acidity = NULL, banknote = NULL, diabetes = NULL, thyroid = NULL, cross = c("X1", "X2")),
  MASS = list(galaxies = NULL, geyser = NULL, crabs = c("FL", "RW", "CL", "CW", "BD"),
    Pima.tr = c("glu", "bp", "bmi", "age")),
  cluster = list(ruspini = NULL),
  datasets = list(quakes = c("lat", "long", "depth"), precip = NULL,
    airquality = c("Ozone", "Solar.R", "Wind", "Temp"))
)
tables <- list()
for (package in names(wanted)) if (requireNamespace(package, quietly = TRUE)) for (name in names(wanted[[package]])) {
  place <- new.env()
  data(list = name, package = package, envir = place)
  table <- as.data.frame(place[[name]])
  table <- na.omit(table[sapply(table, is.numeric)])
  columns <- wanted[[package]][[name]]
  tables[[name]] <- unname(as.matrix(if (is.null(columns)) table else table[columns]))
}
cat(jsonlite::toJSON(tables, digits = NA))

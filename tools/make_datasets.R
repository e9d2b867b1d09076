# Writes faithful.csv, iris.csv and penguins.csv, as they stand in src/mixtura/datasets/, from the copies that R ships.
#
#     Rscript tools/make_datasets.R FOLDER
#
# Needs R with the package palmerpenguins. Only names and order of columns are changed (measurements, species, the rest);
# no value is touched. A missing cell is empty.

folder <- commandArgs(trailingOnly = TRUE)[1]

write_table <- function(table, name) {
  connection <- file(file.path(folder, paste0(name, ".csv")), open = "wb")  # binary: "\n" on every system
  write.csv(table, connection, row.names = FALSE, quote = FALSE, na = "")
  close(connection)
}

write_table(datasets::faithful, "faithful")

iris <- datasets::iris
names(iris) <- c("sepal_length_cm", "sepal_width_cm", "petal_length_cm", "petal_width_cm", "species")
write_table(iris, "iris")

measurements <- c("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
write_table(palmerpenguins::penguins[c(measurements, "species", "island", "sex", "year")], "penguins")

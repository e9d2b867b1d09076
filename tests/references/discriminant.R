# Classes as Gaussian mixtures, by R's mclust, frozen for tests: EDDA under every covariance model, MclustDA, and fits
# with some labels (MclustSSC), all on every other flower of iris; probabilities are those of the other half.
# Run: Rscript tests/references/discriminant.R > tests/references/discriminant.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })

X <- as.matrix(iris[, 1:4]); class <- iris$Species
train <- seq(1, 150, 2); test <- seq(2, 150, 2)
control <- emControl(tol = c(1e-13, 1e-13), itmax = c(20000, 20000))

edda <- lapply(mclust.options("emModelNames"), function(model) {
  fit <- MclustDA(X[train, ], class[train], modelType = "EDDA", modelNames = model, control = control, verbose = FALSE)
  list(model = model, log_likelihood = fit$loglik, n_free = fit$df,
    probabilities = unname(predict(fit, X[test, ])$z))
})

mixtures <- lapply(list(c(1, "VVV"), c(2, "EEE"), c(2, "VVI")), function(case) {
  fit <- MclustDA(X[train, ], class[train], G = as.integer(case[1]), modelNames = case[2], control = control, verbose = FALSE)
  list(model = case[2], n_components = as.integer(case[1]), log_likelihood = fit$loglik, n_free = fit$df)
})

some <- class; some[-seq(1, 150, 7)] <- NA
labelled <- lapply(c("EII", "VVI", "EEE", "VVV"), function(model) {
  fit <- MclustSSC(X, some, modelNames = model, control = control, verbose = FALSE)
  list(model = model, log_likelihood = fit$loglik, weights = unname(fit$parameters$pro), means = unname(t(fit$parameters$mean)))
})

cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))),
  edda = edda, mixtures = mixtures, labelled = labelled
), auto_unbox = TRUE, digits = 12, pretty = FALSE), "\n")

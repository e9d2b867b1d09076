# Fits of R's mclust with a uniform noise component, frozen for tests, and the hypervolumes it takes for the noise.
# Run: Rscript tests/references/mclust_noise.R > tests/references/mclust_noise.json (Debian: r-cran-mclust, r-cran-jsonlite)
suppressMessages({ library(mclust); library(jsonlite) })

# Old Faithful with a grid of points that belong to no eruption, which anyone can make again.
grid <- as.matrix(expand.grid(seq(1, 6, length.out = 6), seq(38, 104, length.out = 5)))
noisy <- rbind(as.matrix(faithful), grid)
begun <- rep(c(FALSE, TRUE), c(nrow(faithful), nrow(grid)))

cases <- lapply(c("EEE", "VVV", "VVI"), function(model) {
  fit <- Mclust(noisy, G = 2, modelNames = model, initialization = list(noise = begun), verbose = FALSE,
                control = emControl(tol = c(1e-12, 1e-12)))
  list(model = model, log_likelihood = fit$loglik, bic = fit$bic, n_free = fit$df, shares = sort(fit$parameters$pro),
       n_noise = sum(fit$classification == 0))
})

cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = as.character(packageVersion("mclust"))), cases = cases,
  volumes = list(faithful = hypvol(as.matrix(faithful)), iris = hypvol(as.matrix(iris[, 1:4])), noisy = hypvol(noisy))
), auto_unbox = TRUE, digits = NA), "\n")

# How R merges components into clusters, frozen for tests: mclust's clustCombi and the bend of its entropies, fpc's
# mergenormals by misclassification (demp) and by ridgelines of two components.
# Run: Rscript tests/references/merging.R > tests/references/merging.json (Debian: r-cran-mclust, r-cran-fpc, r-cran-jsonlite)
suppressMessages({ library(mclust); library(fpc); library(jsonlite) })

# The components of every cluster, counted from 0, where K are left.
groups_of <- function(combiM, K) {
  M <- diag(length(combiM))
  for (k in seq(length(combiM), K)) M <- combiM[[k]] %*% M
  lapply(seq_len(K), function(k) which(M[k, ] == 1) - 1)
}

tables <- list(faithful = as.matrix(faithful), iris = as.matrix(iris[, 1:4]))
control <- emControl(tol = c(1e-13, 1e-12), itmax = c(20000, 10000))
cases <- list()
for (name in names(tables)) for (G in 3:6) for (model in c("VVV", "EEE")) {
  X <- tables[[name]]
  fit <- Mclust(X, G = G, modelNames = model, verbose = FALSE, control = control)
  if (is.null(fit)) next
  combi <- clustCombi(fit)
  entropies <- sapply(seq_len(G), function(K) { z <- combi$combiz[[K]]; -sum(ifelse(z > 0, z * log(z), 0)) })
  demp <- mergenormals(X, fit, method = "demp", numberstop = 1)
  cut <- mergenormals(X, fit, method = "demp", cutoff = 0.025)
  cases[[length(cases) + 1]] <- list(
    table = name, model = model, weights = fit$parameters$pro, means = t(fit$parameters$mean),
    covariances = aperm(fit$parameters$variance$sigma, c(3, 1, 2)),
    stages = lapply(seq_len(G), function(K) groups_of(combi$combiM, K)), entropies = entropies,
    suggested = clustCombiOptim(combi, reg = 2)$numClusters.combi,
    confusion = demp$orig.decisionmatrix[upper.tri(diag(G))], demp_values = demp$valuemerged, demp_clusters = length(cut$clusternumbers)
  )
}

# The pass between two components beside the lower of their peaks, and how many peaks there are.
pairs <- list()
for (shift in c(1, 2, 2.5, 3, 4)) for (share in c(0.5, 0.2)) {
  means <- cbind(c(0, 0), c(shift, shift / 2)); sigma <- array(c(1, 0.3, 0.3, 1, 0.5, -0.2, -0.2, 1.5), c(2, 2, 2))
  found <- ridgeline.diagnosis(c(share, 1 - share), means, sigma, by = 0.0005, ridgelineplot = "none")
  pairs[[length(pairs) + 1]] <- list(
    weights = c(share, 1 - share), means = t(means), covariances = aperm(sigma, c(3, 1, 2)), ratio = found$ratiomatrix[1, 2]
  )
}
version <- function(name) as.character(packageVersion(name))
cat(toJSON(list(
  made_by = list(R = R.version.string, mclust = version("mclust"), fpc = version("fpc")), cases = cases, pairs = pairs
), auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")

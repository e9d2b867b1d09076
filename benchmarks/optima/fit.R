# One fit of R's mclust as it comes. From standard input {"rows", "type", "K"}; gives weights, means, covariances and
# milliseconds as JSON, or an empty list where mclust finds nothing.
suppressMessages(library(mclust))
asked <- jsonlite::fromJSON(file("stdin"))
X <- as.matrix(asked$rows)
models <- c(full = "VVV", tied = "EEE", diag = "VVI", spherical = "VII")
if (ncol(X) == 1) models <- c(full = "V", tied = "E", diag = "V", spherical = "V")
begin <- proc.time()
fit <- Mclust(X, G = asked$K, modelNames = models[[asked$type]], verbose = FALSE)
taken <- sum((proc.time() - begin)[1:2])
found <- if (is.null(fit)) list() else with(fit$parameters, list(
  weights = pro,
  means = if (ncol(X) == 1) as.matrix(mean) else t(mean),
  covariances = if (ncol(X) == 1) array(rep_len(variance$sigmasq, asked$K), c(asked$K, 1, 1)) else aperm(variance$sigma, c(3, 1, 2)),
  milliseconds = 1000 * taken
))
cat(jsonlite::toJSON(found, auto_unbox = TRUE, digits = NA))

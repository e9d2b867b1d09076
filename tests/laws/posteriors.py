"""Posteriors of variational Bayes to try laws on, and what their bound is by draws that SciPy weighs."""

import numpy as np
from scipy import stats

from laws.settings import POINTS, K, N
from mixtura import starts
from mixtura.bayesian import BayesianMixture
from mixtura.concentrations import CONCENTRATIONS, Process
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.statistics import Block

LABELS = np.random.default_rng(1).integers(0, K, N)


def setting(name, prior="dirichlet_process", points=POINTS, labels=LABELS, n_components=K):
    width = points.shape[1]
    emission = NormalWishart(name, 0.0, 0.5, 0.7, width + 1.5, tuple(np.ravel(np.cov(points.T)).tolist()))
    model = BayesianMixture(emission=emission, weights_prior=CONCENTRATIONS[prior](0.8))
    block = Block(points, np.ones(len(points)))
    return model, starts.parameters_from(model, block, labels, n_components, pseudo_rows=0.0), block


def draw_and_weigh(model, parameters, block, rng):
    """log p(rows, everything) - log q(everything) at a draw from q, by the densities of SciPy."""
    emission, means, covariances, counts = model.emission, *parameters.emission
    n_parts, width = means.shape
    weights, ratio = _draw_weights(model, counts, rng)
    shares, _ = model.posterior(parameters)(block)
    labels = np.array([rng.choice(n_parts, p=row / row.sum()) for row in shares])
    ratio += np.log(weights[labels]).sum() - np.log(shares[np.arange(len(labels)), labels]).sum()
    scale = np.linalg.inv(emission.scale_matrix(width))
    fulls = [c * np.eye(width) if c.ndim < 2 else c for c in covariances]
    points, cost = _fill(block.points, labels, means, fulls, rng)
    ratio -= cost
    for k, dof in enumerate(emission.dofs(counts)):
        posterior = stats.wishart(dof, np.linalg.inv(fulls[k] * dof))
        precision = np.atleast_2d(posterior.rvs(random_state=rng))
        sigma = np.linalg.inv(precision)
        mean = rng.multivariate_normal(means[k], sigma / (emission.shrinkage + counts[k]))
        ratio += stats.wishart(emission.dof, scale).logpdf(precision) - posterior.logpdf(precision)
        away = np.full(width, emission.location)
        ratio += stats.multivariate_normal(away, sigma / emission.shrinkage).logpdf(mean)
        ratio -= stats.multivariate_normal(means[k], sigma / (emission.shrinkage + counts[k])).logpdf(mean)
        ratio += stats.multivariate_normal(mean, sigma).logpdf(points[labels == k]).sum()
    return ratio


def _draw_weights(model, counts, rng):
    order, n_parts = np.argsort(-counts), len(counts)
    if isinstance(model.weights_prior, Process):
        taken, left = model.weights_prior.posterior(counts)
        sticks = rng.beta(taken, left)
        ratio = stats.beta(1, model.weights_prior.concentration).logpdf(sticks).sum()
        ratio -= stats.beta(taken, left).logpdf(sticks).sum()
        weights = np.empty(n_parts)
        weights[order] = sticks[order] * np.append(1, np.cumprod(1 - sticks[order])[:-1])
    else:
        own = model.weights_prior.posterior(counts)
        weights = rng.dirichlet(own)
        prior = np.full(n_parts, model.weights_prior.concentration)
        ratio = stats.dirichlet(prior).logpdf(weights) - stats.dirichlet(own).logpdf(weights)
    return weights, ratio


def _fill(points, labels, means, fulls, rng):
    """The rows, their holes drawn from the posterior of these cells, and the log-density of the draws."""
    filled, log_density = points.copy(), 0.0
    for n in np.flatnonzero(np.isnan(points).any(1)):
        holes, k = np.isnan(points[n]), labels[n]
        precision = np.linalg.inv(fulls[k])
        spread = np.linalg.inv(precision[np.ix_(holes, holes)])
        pull = precision[np.ix_(holes, ~holes)] @ (points[n] - means[k])[~holes]
        cells = stats.multivariate_normal(means[k][holes] - spread @ pull, spread)
        filled[n, holes] = np.atleast_1d(cells.rvs(random_state=rng))
        log_density += cells.logpdf(filled[n, holes])
    return filled, log_density

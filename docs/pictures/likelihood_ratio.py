"""Tests of one component more for the waiting times of Old Faithful."""

from mixtura import datasets, likelihood_ratio_test
from mixtura.plots import LikelihoodRatioDisplay


def draw():
    waiting = datasets.load("faithful").data[:, 1:]
    return LikelihoodRatioDisplay.from_test(likelihood_ratio_test(waiting, covariance="E", n_bootstrap=199)).figure_

"""Fits to report on: a real one, and one typed in by hand of any size."""

import shutil
from html.parser import HTMLParser
from typing import NamedTuple

import numpy as np
import pytest

from mixtura import datasets, report
from mixtura.assembly import assemble
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.explain import Explanation, explain
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.selection import select
from mixtura.statistics import Block

VOID = {"meta", "br"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PROVENANCE = {
    "versions": {"mixtura": "9.8.7"}, "seed": 17, "data": {"origin": "faithful.csv", "digest": "0a1b2c3d"},
}  # fmt: skip


class Case(NamedTuple):
    fitted: FittedMixture
    rows: report.Rows
    explanation: Explanation

    @property
    def about(self):
        return report.facts(self.fitted, self.explanation, self.rows)

    def page(self, path, **options):
        report.write(path, self.fitted, self.rows, self.explanation, **options)
        return path.read_text(encoding="utf-8")


class Page(HTMLParser):
    """What a page says and what it is made of; complains where tags do not match."""

    def __init__(self, text):
        super().__init__()
        self.words, self.tags, self.attributes, self._open = [], [], [], []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="session")
def parse():
    return Page


@pytest.fixture(scope="session")
def faithful():
    data = datasets.load("faithful")
    selection = select(data.data, n_components=[1, 2, 3], covariances=["full", "tied"])
    fitted = assemble(selection, data.feature_names, provenance=PROVENANCE)
    truth = np.where(data.data[:, 0] > 3, "long", "short").astype(object)
    truth[5] = None
    return case_of(fitted, data.data, truth=truth)


@pytest.fixture(scope="session")
def typed():
    """A case of any size: clusters on a line, or anywhere."""

    def make(n_clusters, n_columns, n_rows, features=None, **more):
        rng = np.random.default_rng(n_clusters * 1000 + n_columns)
        means = rng.normal(0, 5, (n_clusters, n_columns))
        roots = rng.normal(0, 0.7, (n_clusters, n_columns, n_columns))
        covariances = roots @ roots.transpose(0, 2, 1) + np.eye(n_columns)
        fitted = FittedMixture(
            Mixture(Gaussian("full")),
            MixtureParameters(rng.dirichlet(np.full(n_clusters, 9.0)), GaussianParameters(means, covariances)),
            tuple(features or (f"column {d}" for d in range(n_columns))),
            default_names(n_clusters),
        )
        counts = rng.multinomial(n_rows, fitted.parameters.weights)
        return case_of(
            fitted, rng.permutation(fitted.model.emission.sample(fitted.parameters.emission, counts, rng)), **more
        )

    return make


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def case_of(fitted, points, **more):
    weights = np.ones(len(points))
    labels = fitted.model.classify(fitted.parameters)(Block(points, weights))
    return Case(fitted, report.Rows(points, weights, labels, **more), explain(fitted, points, None, labels))

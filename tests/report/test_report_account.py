"""What the report says of latent classes beside answers that they hold for impossible."""

from dataclasses import replace

import numpy as np

from mixtura import LatentClassMixture, write_report
from mixtura.emissions.categorical import CategoricalParameters
from mixtura.mixture import MixtureParameters

D = 25


def test_a_statistic_that_no_number_tells_is_left_out(tmp_path):
    fitted = LatentClassMixture(1).fit(np.repeat([[0], [1]], D, axis=1)).to_fitted()
    hardly_ever = CategoricalParameters(np.tile([1 - 1e-14, 1e-14], (1, D)))
    write_report(
        tmp_path / "page.html", replace(fitted, parameters=MixtureParameters(np.ones(1), hardly_ever)), np.ones((3, D))
    )
    page = (tmp_path / "page.html").read_text()
    assert "G² 4,8" in page
    assert "X²" not in page

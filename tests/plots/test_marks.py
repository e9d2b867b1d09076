"""Clusters can be told apart: by colour-blind eyes, in grey, by dozens."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import mixtura.report
from mixtura.plots._style import COLOURS, LINES, SIGNS, colour, line, mixed, sign

# Machado, Oliveira & Fernandes 2009, IEEE Trans. Vis. Comput. Graph. 15, 1291-1298: severity 1, on linear light.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
JUST_NOTICEABLE = 2.3  # CIE76, Mahy et al. 1994


def linear(rgb):
    rgb = np.asarray(rgb)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(light):
    """CIE L*a*b* of linear light."""
    xyz = TO_XYZ @ np.clip(light, 0, 1) / TO_XYZ.sum(1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def palettes():
    """Those of the report, for light and for dark pages."""
    style = (Path(mixtura.report.__file__).parent / "page.css").read_text(encoding="utf-8")
    colours = re.findall(r"--c\d: (#\w{6})", style)
    return {"light": tuple(colours[:8]), "dark": tuple(colours[8:16])}


@pytest.mark.parametrize("page", ["light", "dark"])
@pytest.mark.parametrize("kind", BLINDNESS)
def test_colours_differ_for_colour_blind_eyes(kind, page):
    seen = [lab(np.array(BLINDNESS[kind]) @ linear(to_rgb(name))) for name in palettes()[page]]
    nearest = min(np.linalg.norm(one - other) for one, other in combinations(seen, 2))
    assert nearest > 4 * JUST_NOTICEABLE


def test_clusters_of_one_grey_differ_in_sign_and_line():
    lightness = [lab(linear(to_rgb(name)))[0] for name in COLOURS]
    for i, j in combinations(range(len(COLOURS)), 2):
        if abs(lightness[i] - lightness[j]) < 10:
            assert sign(i) != sign(j)
            assert line(i) != line(j)


def test_colours_are_those_of_the_report():
    assert palettes()["light"] == COLOURS


def test_dozens_of_clusters_look_different():
    assert len({(colour(k), sign(k)) for k in range(56)}) == len(COLOURS) * len(SIGNS) == 56
    assert len({(colour(k), str(line(k))) for k in range(56)}) == len(COLOURS) * len(LINES) == 56


def test_a_shared_row_has_a_mixed_colour():
    blue, orange = np.array(to_rgb(COLOURS[0])), np.array(to_rgb(COLOURS[1]))
    np.testing.assert_allclose(mixed(np.array([[0.2, 0.8]]))[0], 0.2 * blue + 0.8 * orange)

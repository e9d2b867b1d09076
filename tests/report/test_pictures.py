"""The geometry of the pictures: what is drawn is where the numbers say."""

import re
from itertools import pairwise

import numpy as np
import pytest

from drawing.cases import share_inside
from mixtura.drawing.sample import draw_sample
from mixtura.report.charts import choice_picture, trace_picture
from mixtura.report.densities import density_picture
from mixtura.report.marks import N_COLOURS, SHAPES, colour, shape, signs
from mixtura.report.pairs import pair_picture
from mixtura.report.svg import Scale, element, fitting_ticks, scale_over, ticks, x_axis

ELLIPSE = re.compile(
    r'<ellipse cx="(\S+)" cy="(\S+)" rx="(\S+)" ry="(\S+)" '
    r'transform="rotate\((\S+) \S+ \S+\)" class="(c\d) ellipse (\w+)"'
)


def test_the_ellipses_on_the_page_hold_the_rows_on_the_page(typed):
    case = typed(2, 3, 2000)
    picture = str(pair_picture(case.fitted, draw_sample(case.rows), [0, 1]))
    drawn = {(c, kind): list(map(float, shape)) for *shape, c, kind in ELLIPSE.findall(picture)}
    assert set(drawn) == {("c0", "inner"), ("c0", "outer"), ("c1", "inner"), ("c1", "outer")}
    for label in (0, 1):
        path = re.search(rf'<path d="([^"]+)" class="c{label} sign', picture).group(1)
        starts = np.array(re.findall(r"M(\S+?) (-?[\d.]+?)[hl]", path), dtype=float)
        points = starts - [shape(label).dx, shape(label).dy]
        assert share_inside(points, *drawn[f"c{label}", "outer"]) == pytest.approx(0.95, abs=0.03)
        assert share_inside(points, *drawn[f"c{label}", "inner"]) == pytest.approx(0.5, abs=0.08)


def test_a_heavier_row_makes_a_higher_bar(typed):
    case = typed(1, 1, 100)
    weights = np.where(case.rows.points[:, 0] > np.median(case.rows.points[:, 0]), 50.0, 1.0)
    tops = {}
    for name, rows in {"plain": case.rows, "heavy": case.rows._replace(weights=weights)}.items():
        bars = re.search(r'<path d="([^"]+)" class="bars"', density_picture(case.fitted, rows, 0)).group(1)
        tops[name] = np.array(re.findall(r"V(\S+?)H", bars), dtype=float)
    right = len(tops["plain"]) * 3 // 4
    assert tops["heavy"][right:].sum() < tops["plain"][right:].sum()  # smaller is higher up
    assert tops["heavy"][: right // 3].sum() > tops["plain"][: right // 3].sum()


def test_without_rows_only_curves_are_drawn(typed):
    case = typed(2, 3, 100)
    assert 'class="bars"' not in density_picture(case.fitted, None, 0)
    assert "sign" not in pair_picture(case.fitted, None, [0, 1, 2])


def test_fifty_six_clusters_look_different():
    assert len({(colour(k), shape(k)) for k in range(N_COLOURS * len(SHAPES))}) == 56


def test_every_sign_is_centred_on_its_point():
    for label in range(len(SHAPES)):
        assert signs([7.0], [9.0], label).count("M") == 1
        assert abs(shape(label).dx) <= 3
        assert abs(shape(label).dy) <= 3


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3e-7, 2e-7), (1e8, 1e8 + 3), (-5, 1e12), (0.1, 0.35)])
def test_ticks_are_round_few_and_on_the_axis(low, high):
    scale = Scale(low, high, 0, 300)
    places, texts = ticks(scale)
    assert 2 <= len(places) <= 6
    assert all(low <= place <= high for place in places)
    assert len(set(texts)) == len(texts)
    assert "-0" not in texts
    for place, text in zip(places, texts, strict=True):
        assert float(text.replace(",", "")) == pytest.approx(place, rel=1e-5, abs=1e-9 * (high - low))


def test_long_labels_stand_apart():
    scale = Scale(644.921, 644.939, 0, 180)
    places, texts = fitting_ticks(scale)
    assert 2 <= len(places) < len(ticks(scale)[0])
    assert float(scale(places[1]) - scale(places[0])) > 7 * len(texts[0])


def test_a_scale_of_one_value_has_room():
    for value in (0.0, 5.0, -1e-300):
        scale = scale_over(np.array([value]), 0, 100)
        assert scale.low < value < scale.high
        assert scale(value) == pytest.approx(50)


def test_text_and_attributes_are_escaped():
    assert element("text", '<b>&"', class_='"><script>') == (
        '<text class="&#34;&gt;&lt;script&gt;">&lt;b&gt;&amp;&#34;</text>'
    )


def test_fits_that_were_set_aside_are_open_circles_off_the_curve():
    fits = [{"n_components": k, "covariance": "full", "bic": 100.0 + k, "rank": k} for k in (1, 2, 3)]
    fits.append({"n_components": 4, "covariance": "full", "bic": 90.0, "rank": None})
    choice = {"criterion": "bic", "fits": fits, "best": fits[0], "runner_up": fits[1]}
    picture = str(choice_picture(choice))
    curve = re.search(r'<path d="([^"]+)" class="curve dash0"', picture).group(1)
    assert curve.count("L") == 2
    assert picture.count('class="aside"') == 1
    assert picture.count('class="winner"') == picture.count('class="runner-up"') == 1


def test_the_chosen_fits_are_on_the_picture_however_much_worse_than_those_set_aside():
    fits = [{"n_components": k, "covariance": "full", "bic": 10.0 * k, "rank": None} for k in range(1, 9)]
    fits += [{"n_components": k, "covariance": "tied", "bic": 900.0 + k, "rank": k} for k in (1, 2)]
    picture = str(choice_picture({"criterion": "bic", "fits": fits, "best": fits[-2], "runner_up": fits[-1]}))
    for mark in ("winner", "runner-up"):
        assert float(re.search(rf'cy="(\S+)" r="9" class="{mark}"', picture).group(1)) > 10


def test_fits_that_were_set_aside_do_not_flatten_the_curve():
    fits = [{"n_components": k, "covariance": "tied", "bic": 900.0 - 10 * k, "rank": 9 - k} for k in range(1, 9)]
    fits += [{"n_components": k, "covariance": "full", "bic": value, "rank": None} for k, value in ((2, 9.0), (3, 1e5))]
    picture = str(choice_picture({"criterion": "bic", "fits": fits, "best": fits[7], "runner_up": fits[6]}))
    curve = re.search(r'<path d="M([^"]+)" class="curve dash0"', picture).group(1)
    heights = [float(point.split()[1]) for point in curve.split("L")]
    assert max(heights) - min(heights) > 200
    low, high = (float(y) for y in re.findall(r'cy="(\S+)" r="2.5" class="aside"', picture))
    assert 14 < high < min(heights) and max(heights) < low < 285


def test_pictures_of_nothing_are_left_out():
    fit = {"n_components": 1, "covariance": "full", "bic": 1.0, "rank": 1}
    assert choice_picture({"criterion": "bic", "fits": [fit], "best": fit, "runner_up": None}) is None
    assert trace_picture([-5.0]) is None
    assert trace_picture([-5.0, -5.0 + 1e-6]) is None
    assert trace_picture([-5.0, -4.0]) is not None


@pytest.mark.parametrize(("low", "high"), [(0.0, 60.0), (11.9, 21.0), (2006.9, 2009.1), (-1e6, 1e6), (2800.0, 6300.0)])
def test_labels_of_an_axis_keep_to_it_and_apart(low, high):
    """So that those of two pictures side by side do not run into each other."""
    drawn = re.findall(
        r'x="([\d.]+)" y="\S+" class="tick" text-anchor="(\w+)">([^<]+)<', x_axis(Scale(low, high, 50, 230), 0, 9)
    )
    shares = {"start": (0, 1), "middle": (0.5, 0.5), "end": (1, 0)}
    boxes = [
        (float(x) - shares[a][0] * 6.5 * len(text), float(x) + shares[a][1] * 6.5 * len(text)) for x, a, text in drawn
    ]
    assert len(boxes) >= 2
    assert boxes[0][0] >= 45 and boxes[-1][1] <= 235
    assert all(before[1] < after[0] for before, after in pairwise(boxes))

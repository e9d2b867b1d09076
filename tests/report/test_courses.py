"""The picture of how starts climbed."""

import re

import pytest

from mixtura.report.courses import courses_picture

STARTS = [
    {"kind": "<a>", "n_iterations": 2, "n_rounds": 1, "outcome": "exhausted"},
    {"kind": "b", "n_iterations": 3, "n_rounds": 2, "outcome": "exhausted"},
    {"kind": "best of these", "n_iterations": 90, "n_rounds": 3, "outcome": "converged"},
]
CLIMBS = [[-109.0, -105.0], [-20.0, -6.0, -5.05], [-5.04, -5.0]]


@pytest.fixture
def picture():
    return str(courses_picture({"starts": STARTS, "climbs": CLIMBS}))


def test_every_start_has_its_curve_and_says_how_it_ended(picture):
    told = re.findall(r"<title>([^<]*iteration[^<]*:?[^<]*)</title><path[^>]*class=\"curve (\w+)", picture)
    assert told == [
        ("&lt;a&gt;: 2 iterations, ended 100 nats below the best", "dash1"),
        ("b: 3 iterations, reached the best", "dash0"),
        ("best of these: 2 iterations, reached the best", "dash0"),
    ]
    assert re.findall(r'r="3.5" class="(\w+)"', picture) == ["left", "left", "through"]


def test_higher_is_lower_on_the_picture_and_later_further_right(picture):
    paths = re.findall(r'<path d="M([^"]+)" class="curve', picture)
    places = [[tuple(map(float, point.split())) for point in path.split("L")] for path in paths]
    assert [len(path) for path in places] == [len(climb) for climb in CLIMBS]
    for path in places:
        xs, ys = zip(*path, strict=True)
        assert list(xs) == sorted(xs)
        assert list(ys) == sorted(ys)
    assert places[2][0][0] > places[1][-1][0]
    assert places[2][-1][1] == pytest.approx(285)


def test_one_start_alone_needs_no_picture():
    assert courses_picture({"starts": STARTS[:1], "climbs": CLIMBS[:1]}) is None
    assert courses_picture({}) is None
    assert courses_picture({"starts": STARTS, "climbs": [[-5.0], [-5.0], [-5.0]]}) is not None

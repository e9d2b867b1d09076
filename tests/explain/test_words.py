import numpy as np
import pytest

from mixtura.explain.records import Column
from mixtura.explain.words import Portrait, count, describe, describe_all, join, level, short


def columns(*names):
    return [Column(name, 10.0, 2.0, 10.0, 0.0, 20.0) for name in names]


def portrait(differences, sds=None):
    means = [10.0 + 2.0 * d for d in differences]
    order = np.argsort(-np.abs(differences), kind="stable").tolist()
    return Portrait(means, sds or [2.0] * len(means), differences, order)


def test_the_columns_that_differ_most_come_first():
    said = describe(portrait([0.4, -3.0, 1.0]), columns("a", "b", "c"))
    assert (
        said == "very low b (4.0, overall 10.0), high c (12.0, overall 10.0) and rather high a (10.80, overall 10.00)"
    )


def test_columns_that_hardly_differ_are_left_out():
    assert describe(portrait([0.1, 1.0]), columns("a", "b")) == "high b (12.0, overall 10.0)"


def test_many_columns_are_counted():
    said = describe(portrait([1.0] * 50), columns(*(f"c{d}" for d in range(50))))
    assert said.endswith("high c2 (12.0, overall 10.0) and 47 more columns")


@pytest.mark.parametrize(
    ("sd", "said"),
    [
        (2.0, "near the overall mean in every column"),
        (0.5, "near the overall mean in every column, but spread narrowly in b (sd 0.5, overall 2.0)"),
        (9.0, "near the overall mean in every column, but spread widely in b (sd 9.0, overall 2.0)"),
    ],
)
def test_where_means_are_alike_spreads_are_compared(sd, said):
    assert describe(portrait([0.0, 0.1], [2.0, sd]), columns("a", "b")) == said


def test_one_cluster_is_described_by_what_it_is():
    assert (
        describe_all(columns("a", "b", "c", "d", "e"))
        == "one group, a 10.00 ± 2.00, b 10.00 ± 2.00, c 10.00 ± 2.00 and 2 more columns"
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plain", "plain"),
        ("", "(no name)"),
        ("two\nlines\there", "two lines here"),
        ("x" * 300, "x" * 39 + "…"),
        ("\x1b[31mred\x07", "[31mred"),
        ("a\u202eb", "ab"),
        ("📏 length", "📏 length"),
    ],
)
def test_names_are_short_and_steer_nothing(name, said):
    assert short(name) == said


def test_small_words():
    assert [level(d) for d in (0.3, -0.8, 2.5)] == ["rather high", "low", "very high"]
    assert [join(list(parts)) for parts in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
    assert (count(1, "row"), count(12431, "row")) == ("1 row", "12,431 rows")

"""A survey, whose rows are patterns of answers that count as many people as gave them."""

import json
from itertools import product

import pytest


def test_a_survey_of_weighted_patterns_is_told_as_its_people_would_be(run, tmp_path):
    """Three patterns that seventy people answered are no group of three rows (Stouffer & Toby 1951)."""
    numbers = [42, 23, 6, 25, 6, 24, 7, 38, 1, 4, 1, 6, 2, 9, 2, 20]
    people = {",".join(row): n for row, n in zip(product(["law", "you"], repeat=4), numbers, strict=True)}
    by_pattern, by_person = tmp_path / "patterns.csv", tmp_path / "people.csv"
    by_pattern.write_text("\n".join(["a,b,c,d,n", *(f"{row},{n}" for row, n in people.items())]) + "\n")
    by_person.write_text("\n".join(["a,b,c,d", *(row for row, n in people.items() for _ in range(n))]) + "\n")
    options = ["--categorical", "a,b,c,d", "-k", "2", "--json"]
    told = [
        json.loads(run("fit", path, *options, *more).stdout)
        for path, more in ((by_pattern, ["--weight", "n"]), (by_person, []))
    ]
    assert told[0]["warnings"] == told[1]["warnings"]
    for name in ("overlaps", "certainty", "importance"):
        assert numbers_of(told[0][name]) == pytest.approx(numbers_of(told[1][name]), abs=1e-4), name
    accounts = [numbers_of(one["checks"]["account"]) for one in told]
    assert accounts[0] == pytest.approx(accounts[1], rel=1e-3)
    assert "less often d = you (23 %, overall 69 %)" in told[0]["clusters"][1]["description"]


def numbers_of(value):
    """All that are in it."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [leaf for own in parts for leaf in numbers_of(own)]
    return [value] if isinstance(value, int | float) else []

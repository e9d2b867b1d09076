"""Why a row of columns of several kinds is where it is: what each says adds up, and what would move it does."""

import json

import numpy as np
import pytest

from mixtura import LatentClassMixture, MixedMixture, explain_row

_RNG = np.random.default_rng(0)
_GROUP = _RNG.integers(0, 3, 300)
TABLE = {
    "age": _RNG.normal(20 + 15 * _GROUP, 6).round(1),
    "income": np.exp(_RNG.normal(7 + _GROUP, 0.6)),
    "visits": _RNG.poisson(np.array([1.0, 8.0, 3.0])[_GROUP]).astype(float),
    "town": np.array(["Oslo", "Rom", "Ulm"])[(_GROUP + (_RNG.uniform(size=300) < 0.3)) % 3].astype(object),
    "member": np.where(_RNG.uniform(size=300) < np.array([0.9, 0.2, 0.5])[_GROUP], True, False).astype(object),
}
for _values in TABLE.values():
    _values[_RNG.uniform(size=300) < 0.05] = None if _values.dtype == object else np.nan
ROWS = [{name: values[n] for name, values in TABLE.items()} for n in range(300)]


def fit(**options):
    options = {"counts": ["visits"], "transforms": {"income": "log"}, "random_state": 0} | options
    return MixedMixture(3, **options).fit(TABLE)


@pytest.fixture(scope="module")
def mixed():
    return fit()


def changed(row, column, value):
    return row | {list(row)[column]: value}


OTHERS = {"covariance_type": "tied", "count_family": "negative_binomial", "transforms": {"income": "box-cox"}}


@pytest.mark.parametrize("options", [{}, OTHERS], ids=["usual", "others"])
def test_what_is_said_is_what_the_mixture_says(options):
    groups = fit(**options)
    fitted, probabilities, log_density = groups.to_fitted(), groups.predict_proba(TABLE), groups.score_samples(TABLE)
    for n in range(0, 300, 12):
        why = explain_row(fitted, ROWS[n])
        np.testing.assert_allclose(why.probabilities, probabilities[n], rtol=1e-6, atol=1e-9)
        assert why.log_density == pytest.approx(log_density[n])
        assert why.sizes + sum(why.contributions) == pytest.approx(why.log_odds)
        assert json.loads(json.dumps(why, allow_nan=False))


def test_a_cell_that_is_missing_says_nothing(mixed):
    for row in ROWS:
        why = explain_row(mixed.to_fitted(), row)
        for value, said in zip(row.values(), why.contributions, strict=True):
            if value is None or value != value:
                assert said == 0


def test_what_would_move_a_row_moves_it(mixed):
    fitted, n_found = mixed.to_fitted(), 0
    for row in ROWS[:80]:
        why = explain_row(fitted, row)
        for d, change in enumerate(why.changes):
            if change is None:
                continue
            n_found += 1
            value = change.value
            if change.is_bound:
                beyond = 1e-6 * (value - row[list(row)[d]])
                assert explain_row(fitted, changed(row, d, value - beyond)).label == why.label
                value += beyond
            assert explain_row(fitted, changed(row, d, value)).label == change.label != why.label
    assert n_found > 100


def test_counts_and_levels_that_move_a_row_are_the_nearest(mixed):
    fitted = mixed.to_fitted()
    for row in ROWS[:60]:
        why = explain_row(fitted, row)
        visits, towns = why.changes[2], why.changes[3]
        if visits is not None and row["visits"] == row["visits"]:
            way = np.arange(row["visits"], visits.value, np.sign(visits.value - row["visits"]))
            assert all(explain_row(fitted, row | {"visits": n}).label == why.label for n in way)
        if towns is None:
            assert all(explain_row(fitted, row | {"town": town}).label == why.label for town in mixed.levels_["town"])


def test_sentences_speak_of_levels_and_counts(mixed):
    fitted = mixed.to_fitted()
    told = [explain_row(fitted, row) for row in ROWS]
    of_levels = [why for why in told if why.change and why.change.column == 3 and why.values[3] == "Rom"]
    assert "With town = " in of_levels[0].sentence and "(it is Rom), it would be in" in of_levels[0].sentence
    of_counts = [why for why in told if why.change and why.change.column == 2 and why.values[2] is not None]
    change = of_counts[0].change
    assert f"With visits = {change.value:g} (it is {of_counts[0].values[2]:g})" in of_counts[0].sentence
    of_holes = [why for why in told if why.change and why.values[why.change.column] is None]
    assert of_holes and all("(it is missing)" in why.sentence for why in of_holes)


def test_answers_of_a_survey_are_explained_by_name_or_in_order():
    answers = np.array([TABLE["town"], TABLE["member"], _GROUP], dtype=object).T
    classes = LatentClassMixture(2, random_state=0).fit(answers)
    fitted, row = classes.to_fitted(), answers[5]
    why = explain_row(fitted, row)
    assert why == explain_row(fitted, dict(zip(fitted.features, row, strict=True)))
    np.testing.assert_allclose(why.probabilities, classes.predict_proba([row])[0])
    assert why.values[1] in ("true", "false") and why.values[2] in ("0", "1", "2")
    assert why.deviations == (None, None, None)


def test_levels_that_nobody_knows_are_refused(mixed):
    with pytest.raises(ValueError, match="Column 'town' has no level 'Bonn': it has Oslo, Rom, Ulm"):
        explain_row(mixed.to_fitted(), ROWS[0] | {"town": "Bonn"})

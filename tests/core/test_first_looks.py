"""What comes before the searches of a selection: who walks, who follows, who begins again, what an interrupt leaves."""

from types import SimpleNamespace

import pytest

from mixtura import datasets, select, sketches
from mixtura.schedule import _tasks_of
from mixtura.trials import Setting, Workshop

FAITHFUL = datasets.load("faithful").data
SIX = ["EII", "VII", "EEI", "VVI", "EEE", "VVV"]


def fit(n_components, bic, covariance="full", sketched=None):
    how = {"remark": "", "is_searched": sketched is not None, "sketched": sketched}
    return SimpleNamespace(setting=Setting(n_components, covariance), criteria={"bic": bic}, **how)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(110.0, {(3, "diag"), (2, "full"), (4, "full")}), (100.1, {(4, "full")})],
    ids=["it went elsewhere", "it is where it was"],
)
def test_neighbours_of_the_winner_begin_again_from_it_unless_they_have(before, expected):
    winner = fit(3, 100.0, sketched={"bic": before})
    fits = [fit(3, 110.0, "diag"), fit(3, 200.0, "tied"), fit(2, 108.0), fit(4, 300.0), fit(4, 101.0, "diag")]
    fits += [winner, fit(3, 105.0, "spherical", sketched={"bic": 105.0})]
    tasks = list(_tasks_of(winner, {one.setting: one for one in fits}, "bic"))
    assert {own.setting for own, _ in tasks} == expected
    assert all(others == [winner] for _, others in tasks)


def test_few_models_walk_and_the_others_follow(monkeypatch):
    walked, followed = [], []
    walk, follow = sketches.Easel.walk, sketches.Easel.follow
    monkeypatch.setattr(
        sketches.Easel, "walk", lambda desk, group: walked.append(group[0].covariance) or walk(desk, group)
    )
    monkeypatch.setattr(
        sketches.Easel, "follow",
        lambda desk, walks, group: followed.append(group[0].covariance) or follow(desk, walks, group),
    )  # fmt: skip
    told = []
    select(FAITHFUL, n_components=[1, 2, 3], covariances=SIX, on_fit=told.append)
    assert walked == ["VVV", "EEE"] and followed == ["EII", "VII", "EEI", "VVI"]
    assert [c.setting for c in told[:18]] == [(k, name) for name in SIX for k in (1, 2, 3)]


@pytest.mark.parametrize("name", ["walk", "follow"])
def test_an_interrupt_in_the_first_look_keeps_what_was_found(monkeypatch, name):
    """Whoever walks comes first, wherever it stands among what was asked for."""
    calls, judge = [], Workshop.judge

    def interrupted(workshop, setting, *rest):
        calls.append(setting)
        if len(calls) == {"walk": 2, "follow": 9}[name]:
            raise KeyboardInterrupt
        return judge(workshop, setting, *rest)

    monkeypatch.setattr(Workshop, "judge", interrupted)
    found = select(FAITHFUL, n_components=[1, 2, 3], covariances=SIX)
    made = {"walk": [(1, "VVV")], "follow": [(k, name) for name in ("EEE", "VVV") for k in (1, 2, 3)]}[name]
    assert set(made) <= {c.setting for c in found.candidates} and not found.is_complete

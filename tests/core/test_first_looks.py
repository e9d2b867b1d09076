"""What comes before the searches of a selection: who walks, who follows, who begins again, what an interrupt leaves."""

import pytest

from mixtura import datasets, select, sketches
from mixtura.schedule import ADOPTED
from mixtura.trials import Setting, Workshop

FAITHFUL = datasets.load("faithful").data
SIX = ["EII", "VII", "EEI", "VVI", "EEE", "VVV"]


def test_neighbours_of_the_winner_begin_again_from_it(monkeypatch):
    asked, adopt = [], sketches.Easel.adopt

    def listening(desk, own, others):
        asked.append((own.setting, own.is_searched, [other.setting for other in others]))
        return adopt(desk, own, others)

    monkeypatch.setattr(sketches.Easel, "adopt", listening)
    found = select(FAITHFUL, n_components=range(1, 6), covariances=SIX)
    of_winner = {setting for setting, is_searched, others in asked if others == [found.best.setting]}
    K, covariance = found.best.setting
    near = {c.setting for c in found.candidates if c.criteria["bic"] <= found.best.criteria["bic"] + ADOPTED}
    beside = {Setting(K - 1, covariance), Setting(K + 1, covariance), *(s for s in near if s.n_components == K)}
    assert of_winner == {c.setting for c in found.candidates if c.setting in beside and not c.is_searched}
    assert of_winner
    assert not any(is_searched for _, is_searched, _ in asked)


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

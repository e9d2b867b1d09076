"""First passes over files: stretch by stretch, and on from where an earlier run was killed."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mixtura.sources._looks_file import key_of, read_looks, write_looks
from mixtura.sources._survey import Looks
from mixtura.sources.digest import digest, digest_of
from mixtura.sources.roles import Roles
from mixtura.sources.streamed import files, look_at
from mixtura.sources.table import read_table

N, STRETCH, SIZE = 30_000, 4096, 1000
KINDS = {"whole": (None, "error"), "weights": ("w", "error"), "holes": (None, "model"), "dropped": ("w", "drop")}


@pytest.fixture(params=KINDS)
def how(request, tmp_path, monkeypatch):
    """Rows in files, and what is asked of them; a stretch is a seventh."""
    for name in ("_survey", "digest"):
        monkeypatch.setattr(f"mixtura.sources.{name}.STRETCH", STRETCH)
    monkeypatch.setattr("mixtura.sources._survey.sample_rows", lambda *_: SIZE)
    monkeypatch.setattr("mixtura.sources._survey.default_block_rows", lambda *_: 1500)
    rng = np.random.default_rng(3)
    weight, missing = KINDS[request.param]
    points = rng.normal(1e4, 3, size=(N, 3))
    if missing != "error":
        points[rng.uniform(size=points.shape) < 0.1] = np.nan
    columns = {f"a/{d}": pa.array(column, from_pandas=True) for d, column in enumerate(points.T)}
    table = pa.table(columns | {"w": rng.integers(3, size=N) / 2, "kind": rng.choice(["x", "y", "z"], N)})
    for number in range(2):
        parquet.write_table(table[number * N // 2 : (number + 1) * N // 2], tmp_path / f"{number}.parquet", 5000)
    roles = Roles(["a/0", "a/1", "a/2", "kind"], weight=weight, categorical=["kind"])
    return {"found": files(str(tmp_path / "*.parquet")), "roles": roles, "missing": missing}


def look(how, looks=None):
    return look_at(how["found"], how["roles"], missing=how["missing"], looks=looks)


def test_many_stretches_tell_what_one_does(how, monkeypatch):
    many, near = look(how), read_table([str(piece.path) for piece in how["found"].pieces], how["roles"])
    counts = np.ones(N, dtype=bool) if near.weights is None else near.weights > 0
    if how["missing"] == "drop":
        counts &= ~np.isnan(near.points).any(1)
    points = near.points[counts]
    of_weights = b"" if near.weights is None else digest_of(near.weights[counts])
    assert len(points) > STRETCH and many.digest == digest(near.names, [*map(digest_of, points.T)], of_weights)
    monkeypatch.setattr("mixtura.sources._survey.STRETCH", 1 << 24)
    one = look(how)
    for name in ("n_rows", "n_left_out", "n_missing", "minima", "maxima", "counts_up", "rises", "n_without_cells"):
        np.testing.assert_array_equal(getattr(many.facts, name), getattr(one.facts, name))
    for name in ("total_weight", "cell_weights", "means", "deviations"):
        np.testing.assert_allclose(getattr(many.facts, name), getattr(one.facts, name), rtol=1e-12)
    drawn = many.facts.sample
    assert len(drawn.points) == SIZE and (np.diff(drawn.positions) > 0).all()
    np.testing.assert_array_equal(drawn.points, points[drawn.positions])
    assert drawn.block.weights.sum() == pytest.approx(many.total_weight, rel=0.1)


def test_a_look_goes_on_from_any_stretch_to_the_same_bits(how, tmp_path, monkeypatch):
    path, key, states = tmp_path / "fit.json.rows", key_of(how["found"], how["roles"]), []

    def keep(found):
        write_looks(path, key, found)
        states.append(path.read_bytes())

    whole, read = look(how, Looks(keep=keep)), []
    batches = type(how["found"]).batches

    def counted(found, columns, first=0):
        for batch in batches(found, columns, first):
            read.append(batch.cells.num_rows)
            yield batch

    monkeypatch.setattr(type(how["found"]), "batches", counted)
    for number, state in enumerate(states):
        read.clear()
        path.write_bytes(state)
        again = look(how, Looks(read_looks(path, key)))
        np.testing.assert_equal(again.facts, whole.facts)
        assert (again.names, again.cut, again.columns) == (whole.names, whole.cut, whole.columns)
        assert number == 0 or sum(read) < 2 * N
    assert not read


@pytest.mark.parametrize("spoil", [lambda b: b"", lambda b: b[:-40], lambda b: b[:900] + b"\0" * 99 + b[999:]])
def test_findings_that_are_not_whole_are_found_again(how, tmp_path, spoil):
    path, looks = tmp_path / "fit.json.rows", Looks()
    look(how, looks)
    write_looks(path, "key", looks.found)
    assert read_looks(path, "key") and not read_looks(path, "other")
    path.write_bytes(spoil(path.read_bytes()))
    assert not read_looks(path, "key")

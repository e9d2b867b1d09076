"""Model files of columns of different kinds: nothing is lost, levels stay readable, damage is told in words."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from mixtura import MixedMixture, load, save
from mixtura.errors import ModelFileError

FRAME = pd.DataFrame({
    "age": np.repeat([21.0, 25, 30, 60, 66, 71], 5) + np.tile(np.arange(5), 6),
    "town": np.tile(["Köln", "Oslo", "Rom"], 10),
    "visits": np.repeat([1, 9], 15),
})  # fmt: skip


@cache
def fitted():
    return MixedMixture(2, counts=["visits"], random_state=0).fit(FRAME).to_fitted()


def _parts(path):
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return json.loads(file.metadata()["mixtura"]), tensors


def test_a_file_gives_back_what_was_saved(tmp_path):
    save(fitted(), tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    assert again.model == fitted().model
    assert again.levels == {"town": ["Köln", "Oslo", "Rom"]}
    save(again, tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "model.safetensors").read_bytes()


def test_a_file_can_be_read_by_a_person(tmp_path):
    save(fitted(), tmp_path / "model.safetensors")
    record, tensors = _parts(tmp_path / "model.safetensors")
    assert record["family"] == "product"
    assert record["settings"]["names"] == ["numbers", "categories", "counts"]
    assert record["settings"]["families"][1] == {"family": "categorical", "settings": {"n_levels": [3]}}
    assert set(tensors) == {
        "weights", "numbers.means", "numbers.covariances", "categories.probabilities", "counts.rates",
    }  # fmt: skip


def _set(path, value):
    def change(record, tensors):
        *above, last = path
        for key in above:
            record = record[key]
        record[last] = value

    return change


def _drop(name):
    return lambda record, tensors: tensors.pop(name)


def _fill(name, value):
    return lambda record, tensors: tensors.update({name: np.full_like(tensors[name], value)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set(["levels"], {}), "its levels are not those"),
        (_set(["levels", "town"], ["Köln", "Oslo"]), "its levels are not those"),
        (_set(["levels", "town"], ["Köln", "Köln", "Rom"]), "its levels are not those"),
        (_set(["levels", "town"], ["Köln", 2, "Rom"]), "not text"),
        (_set(["settings", "families", 1, "settings", "n_levels"], [4]), "does not fit"),
        (_set(["settings", "families", 1, "settings", "n_levels"], [-3]), "whole numbers of at least one"),
        (_set(["settings", "families", 1, "settings", "n_levels"], ["3"]), "not an integer"),
        (_set(["settings", "families", 1, "family"], "beta"), "'beta' is unknown"),
        (_set(["settings", "families", 1], {"family": "categorical"}), "lacks settings"),
        (_set(["settings", "families", 0, "settings"], {}), "its settings are missing"),
        (_set(["settings", "columns"], [[0], [0], [2]]), "do not share out the columns"),
        (_set(["settings", "columns"], [[0], [1, 2], []]), "as many columns as they should"),
        (_set(["settings", "names"], ["numbers"]), "lack names"),
        (_set(["settings", "families"], []), "lack names"),
        (_drop("counts.rates"), "holds the arrays none for its components, not rates"),
        (_fill("counts.rates", -1.0), "not numbers of at least zero"),
        (_fill("categories.probabilities", 0.9), "do not add up to one"),
    ],
)
def test_damage_is_told(tmp_path, change, message):
    path = tmp_path / "model.safetensors"
    save(fitted(), path)
    record, tensors = _parts(path)
    change(record, tensors)
    save_file(tensors, path, {"mixtura": json.dumps(record)})
    with pytest.raises(ModelFileError, match=message):
        load(path)


def test_products_are_not_nested(tmp_path):
    path = tmp_path / "model.safetensors"
    save(fitted(), path)
    record, tensors = _parts(path)
    empty = {"names": [], "columns": [], "families": []}
    record["settings"]["families"][1] = {"family": "product", "settings": empty}
    save_file(tensors, path, {"mixtura": json.dumps(record)})
    with pytest.raises(ModelFileError, match="nested too deeply"):
        load(path)

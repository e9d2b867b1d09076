"""Whatever a file holds, reading it ends in a mixture or in one line that says what is wrong with the file."""

import json
import struct

import numpy as np
import pytest
from click import unstyle
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save as serialise
from safetensors.numpy import save_file

from mixtura import assemble, save, select, update
from mixtura.cli._model import facts, lines
from mixtura.errors import ModelFileError
from mixtura.persistence import load

START = {"kind": "k-means", "log_likelihood": None, "n_iterations": 3, "n_rounds": 1, "outcome": "converged"}
TRIED = {
    "n_components": 2, "covariance": "full", "log_likelihood": -1.0, "n_free": 11, "bic": 3.5, "icl": None, "aic": 2.0,
    "outcome": "converged", "n_iterations": 3, "remark": "",
}  # fmt: skip
RECORD = {
    "format": 1,
    "family": "gaussian",
    "settings": {"covariance": "full", "ridge": 1e-6},
    "features": ["a", "b"],
    "cluster_names": ["cluster 0", "cluster 1"],
    "order": "weight",
    "scaling": {"name": "standard", "centre": [0.0, 0.0], "scale": [1.0, 2.0]},
    "history": {
        "n_rows": 9,
        "is_complete": True,
        "trace": [-1.0],
        "criteria": {"bic": 3.5},
        "criterion": "bic",
        "starts": [START],
        "selection": [TRIED, {**TRIED, "bic": 9.0}],
        "ranking": [0, 1],
    },
    "provenance": {"seed": 0, "versions": {"mixtura": "0.1"}, "data": {"origin": "x", "digest": "y"}, "command": ""},
}
TENSORS = {
    "weights": np.array([0.75, 0.25]),
    "means": np.zeros((2, 2)),
    "covariances": np.array([np.eye(2), [[2.0, 1.0], [1.0, 2.0]]]),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def write(path, record=RECORD, tensors=TENSORS, text=None):
    path.write_bytes(serialise(tensors, {"mixtura": json.dumps(record) if text is None else text}))


def changed(**changes):
    """The record with parts of it replaced; a__b=1 sets record["a"]["b"]."""
    record = json.loads(json.dumps(RECORD))
    for place, value in changes.items():
        *outer, last = place.split("__")
        inner = record
        for key in outer:
            inner = inner[key]
        inner[last] = value
    return record


def refusal(path):
    with pytest.raises(ModelFileError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message and str(path) in message
    return message


def test_the_sound_file_that_the_others_are_made_of_loads(path):
    write(path)
    assert load(path).features == ("a", "b")


def test_missing_file_folder_and_other_files(path, tmp_path):
    assert "does not exist" in refusal(path)
    assert "is a folder" in refusal(tmp_path)
    path.write_text("a,b\n1,2\n")
    assert "damaged, cut short or of another kind" in refusal(path)
    path.write_bytes(b"")
    assert "damaged, cut short or of another kind" in refusal(path)
    path.write_bytes(serialise(TENSORS, {"format": "pt"}))
    assert "nothing that mixtura wrote" in refusal(path)


def test_truncated_anywhere(path):
    write(path)
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        refusal(path)


@pytest.mark.parametrize("length", [0, 1, 10**6, 2**40, 2**63, 2**64 - 1])
def test_a_length_of_the_header_that_lies(path, length):
    write(path)
    path.write_bytes(struct.pack("<Q", length) + path.read_bytes()[8:])
    refusal(path)


def test_a_newer_format_says_so(path):
    write(path, changed(format=2))
    assert "format 2 by a newer mixtura; this one knows format 1" in refusal(path)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"weights": None}, "holds no weights"),
        ({"extra": np.zeros(2)}, "holds the arrays covariances, extra, means"),
        ({"weights": np.array([0.5, 0.25, 0.25])}, "weights are not 2 shares"),
        ({"weights": np.array([1.5, -0.5])}, "weights are not 2 shares"),
        ({"weights": np.array([0.5, 0.4])}, "weights are not 2 shares"),
        ({"weights": np.array([np.nan, 1.0])}, "not finite"),
        ({"weights": np.array([1, 0])}, "not 64-bit floats"),
        ({"means": np.zeros((2, 2), np.float32)}, "not 64-bit floats"),
        ({"means": np.full((2, 2), np.inf)}, "not finite"),
        ({"means": np.zeros(2)}, "means has shape"),
        ({"means": np.zeros((0, 2))}, "means has shape"),
        ({"covariances": np.ones((2, 2))}, "does not fit 2 clusters and 2 columns"),
        ({"covariances": np.zeros((2, 2, 2))}, "a covariance is not positive definite"),
        ({"covariances": np.array([np.eye(2), [[1.0, 2.0], [2.0, 1.0]]])}, "a covariance is not positive definite"),
        ({"covariances": np.array([np.eye(2), [[1.0, 0.5], [0.0, 1.0]]])}, "not symmetric"),
    ],
)
def test_arrays_that_make_no_mixture(path, tensors, message):
    wanted = {name: array for name, array in {**TENSORS, **tensors}.items() if array is not None}
    write(path, tensors=wanted)
    assert message in refusal(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "1"}, "format is not an integer"),
        ({"format": True}, "format is not an integer"),
        ({"family": "cauchy"}, "'cauchy' is unknown"),
        ({"settings__covariance": "QQQ"}, "'QQQ' is unknown"),
        ({"settings__covariance": 3}, "settings.covariance is not text"),
        ({"settings__ridge": "much"}, "settings.ridge is not a number"),
        ({"settings": {}}, "its settings are missing"),
        ({"settings__shell": "rm"}, "its settings are"),
        ({"features": ["a"]}, "names or scales do not fit"),
        ({"features": ["a", "a"]}, "the same name"),
        ({"features": "ab"}, "features is not a list"),
        ({"cluster_names": ["one"]}, "names or scales do not fit"),
        ({"scaling__scale": [1.0]}, "names or scales do not fit"),
        ({"order": "luck"}, "order 'luck' is unknown"),
        ({"history__ranking": [2]}, "ranking"),
        ({"history__ranking": [-1]}, "ranking"),
        ({"history__criterion": "luck"}, "criterion 'luck' is unknown"),
        ({"history__criterion": "icl"}, "criterion 'icl' is unknown to this version, or has no value"),
        ({"history__selection": [{**TRIED, "bic": None}], "history__ranking": [0]}, "no criterion to go by"),
        ({"history__selection": [{}]}, "history.selection[0] lacks aic"),
        ({"history__trace": [None]}, "history.trace[0] is not a number"),
        ({"history__climbs": [[None]]}, "history.climbs[0][0] is not a number"),
        ({"history__starts": [[]]}, "history.starts[0] is not an object"),
        ({"history__is_complete": 1}, "history.is_complete is not true or false"),
        ({"provenance__data": "here"}, "provenance.data is not an object"),
        ({"equal_weights": "yes"}, "equal_weights is not true or false"),
        ({"secret": 1}, "holds 'secret'"),
    ],
)
def test_descriptions_that_do_not_fit(path, changes, message):
    write(path, changed(**changes))
    assert message in refusal(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not usable JSON"),
        ("", "not usable JSON"),
        ("[1]", "is not an object"),
        ("{}", "names no format"),
        ('{"format": 1}', "lacks family"),
        ('{"format": 1, "format": 1}', "a key comes twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"format": NaN}', "NaN"),
        ('{"format": 1e999}', "too large"),
        ('{"format": ' + "9" * 5000 + "}", "too large"),
        (r'{"format": 1, "family": "\ud800"}', "not usable JSON"),
        (" " * 2**24 + "{}", "more than any model needs"),
    ],
    ids=lambda value: value[:20].strip(),
)
def test_text_that_is_no_description(path, text, message):
    write(path, text=text)
    assert message in refusal(path)


def remembering(path, **tensors):
    """A sound file of a mixture that has seen a batch, some of its sums put in others' place."""
    fitted = update(assemble(select(np.arange(20.0)[:, None], n_components=[1])), np.arange(9.0)[:, None])
    save(fitted, path)
    with safe_open(path, framework="numpy") as file:
        arrays, metadata = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
    arrays |= {name.replace("_", "."): array for name, array in tensors.items()}
    save_file({name: array for name, array in arrays.items() if array is not None}, path, metadata)
    return path


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"memory_0": None}, "numbered 0, 1"),
        ({"memory_4": None}, "does not fit"),
        ({"memory_9": np.zeros(1)}, "numbered 0, 1"),
        ({"memory_1": np.zeros((2, 2))}, "does not fit"),
        ({"memory_2": np.full((1, 1, 1), np.nan)}, "not finite"),
        ({f"memory_{i}": None for i in range(5)}, "does not fit"),
    ],
)
def test_sums_that_are_of_other_mixtures(tmp_path, tensors, message):
    assert load(remembering(tmp_path / "sound")).remembers
    with pytest.raises(ModelFileError, match=message):
        load(remembering(tmp_path / "model", **tensors))


def test_a_part_of_the_description_is_missing(path):
    for name in RECORD:
        write(path, {key: value for key, value in RECORD.items() if key != name})
        refusal(path)


def places(value, here=()):
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*here, key))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=200)
@given(place=st.sampled_from([place for place in places(RECORD) if place]), value=ANYTHING)
@example(place=("history", "selection", 0, "covariance"), value="\x07 \U00018cd6")
@example(place=("history", "selection", 1, "covariance"), value="\x07 \U00018cd6")
def test_anything_anywhere_in_the_description(tmp_path_factory, place, value):
    record = json.loads(json.dumps(RECORD))
    inner = record
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    path = tmp_path_factory.mktemp("models") / "model"
    write(path, record)
    assert_loads_or_refuses(path)


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_bytes_flipped_anywhere(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("models") / "model"
    write(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    assert_loads_or_refuses(path)


def assert_loads_or_refuses(path):
    try:
        fitted = load(path)
    except ModelFileError as error:
        assert "\n" not in str(error)
    else:
        assert all(unstyle(line).isprintable() for line in lines(facts(fitted), verbose=True))

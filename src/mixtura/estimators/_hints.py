"""What people say of rows, checked: labels, likely labels, rows that belong together, rows that do not."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from mixtura.hints import Apart, Hinted, HintedSource, Linked, take_turns

UNKNOWN = -1


class Labels(NamedTuple):
    """The number of its class for every row, -1 where it is unknown, and the classes."""

    codes: Int[ndarray, " N"]
    classes: ndarray


class Links(NamedTuple):
    """The unit of every row (rows that belong together share one), and pairs of units that should differ."""

    units: Int[ndarray, " N"]
    pairs: Int[ndarray, "P 2"]


class Arrangement(NamedTuple):
    """Rows as a source gives them, and which row each is."""

    source: HintedSource
    rows: Int[ndarray, " N"]


def read_labels(y: Any, n_rows: int) -> Labels:
    """The labels of some rows; -1, NaN and None mean unknown.

    Raises
    ------
    ValueError
        If there is not one for each row, or labels are numbers that measure something.
    """
    if y is None:
        return Labels(np.full(n_rows, UNKNOWN), np.empty(0, dtype=int))
    values = np.asarray(column_or_1d(y, warn=True))
    if len(values) != n_rows:
        raise ValueError(f"y has {len(values)} labels for {n_rows} rows: give one for each, -1 where it is unknown.")
    if values.dtype.kind == "f" and np.isinf(values).any():
        raise ValueError("Input y contains infinity or a value too large for dtype('float64').")
    unknown = _is_unknown(values)
    known = np.array(values[~unknown].tolist())  # of the type that they have without what is unknown
    if known.dtype.kind == "f" and (known == np.floor(known)).all():
        known = known.astype(int)  # NaN made floats of them
    if len(known):
        check_classification_targets(known)
    classes, numbers = np.unique(known, return_inverse=True)
    codes = np.full(n_rows, UNKNOWN)
    codes[~unknown] = numbers
    return Labels(codes, classes)


def _is_unknown(values: ndarray) -> ndarray:
    if values.dtype.kind == "O":
        return np.array([value is None or value != value or value == UNKNOWN for value in values], dtype=bool)
    if values.dtype.kind in "iuf":
        return np.isnan(values) | (values == UNKNOWN) if values.dtype.kind == "f" else values == UNKNOWN
    return np.zeros(len(values), dtype=bool)


def agreement(labels: Labels, priors: Any, n_components: int) -> Float[ndarray, "N K"]:
    """The log of how well each component agrees with what is known of each row; zeros where nothing is.

    Raises
    ------
    ValueError
        If priors are no shares, or exclude the label of their row.
    """
    known = labels.codes >= 0
    allowed = np.zeros((len(known), n_components))
    allowed[known] = -np.inf
    allowed[known, labels.codes[known]] = 0.0
    if priors is None:
        return allowed
    both = allowed + _log_priors(priors, allowed.shape)
    impossible = np.isneginf(both).all(1)
    if impossible.any():
        raise ValueError(f"The priors of row {int(impossible.argmax()) + 1} exclude the label that y gives it.")
    return both


def _log_priors(priors: Any, shape: tuple[int, int]) -> Float[ndarray, "N K"]:
    """Relative to the most likely component of each row; a row of NaN knows nothing."""
    values = np.array(priors, dtype=float)
    if values.shape != shape:
        raise ValueError(f"priors has shape {values.shape}; it needs one number for each row and component, {shape}.")
    values[np.isnan(values).all(1)] = 1.0
    wrong = ~np.isfinite(values).all(1) | (values < 0).any(1) | ~(values > 0).any(1)
    if wrong.any():
        raise ValueError(
            f"The priors of row {int(wrong.argmax()) + 1} are no probabilities: give numbers of at least zero, not all "
            "of them zero, or NaN in all columns where nothing is known."
        )
    with np.errstate(divide="ignore"):
        return np.log(values / values.max(1, keepdims=True))


def read_links(must_link: Any, cannot_link: Any, n_rows: int) -> Links:
    """The units that groups of rows make, joined where they share rows, and the pairs of units that should differ.

    Raises
    ------
    ValueError
        If there is no such row, or two rows of one unit should differ.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    groups = [_rows_of(group, n_rows, "must_link") for group in (() if must_link is None else must_link)]
    chains = [np.stack([group[:-1], group[1:]]) for group in groups if len(group) > 1]
    ends = np.concatenate(chains, axis=1) if chains else np.empty((2, 0), dtype=int)
    graph = coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(n_rows, n_rows))
    units = connected_components(graph, directed=False)[1].astype(int)
    pairs = np.array([_pair_of(pair, n_rows) for pair in (() if cannot_link is None else cannot_link)], dtype=int)
    pairs = units[pairs.reshape(-1, 2)]
    clash = pairs[:, 0] == pairs[:, 1]
    if clash.any():
        a, b = np.asarray(cannot_link)[int(clash.argmax())]
        raise ValueError(
            f"Rows {a} and {b} must be linked and must not: must_link and cannot_link contradict each other."
        )
    return Links(units, np.unique(np.sort(pairs, axis=1), axis=0))


def _rows_of(group: Any, n_rows: int, name: str) -> Int[ndarray, " M"]:
    rows = np.atleast_1d(np.asarray(group))
    if rows.dtype.kind not in "iu" or rows.ndim != 1 or (rows < 0).any() or (rows >= n_rows).any():
        raise ValueError(f"{name} holds {group!r}; rows are whole numbers from 0 to {n_rows - 1}.")
    return rows


def _pair_of(pair: Any, n_rows: int) -> Int[ndarray, " 2"]:
    rows = _rows_of(pair, n_rows, "cannot_link")
    if len(rows) != 2:
        raise ValueError(f"cannot_link holds {pair!r}, which is not a pair of rows.")
    return rows


def arrange(rows: Hinted, links: Links, strength: float) -> Arrangement:
    """The source in which linked rows come first, in one block.

    Raises
    ------
    ValueError
        If labels contradict links, or the rows of one unit count differently.
    """
    in_pairs = np.isin(links.units, links.pairs)
    is_linked = in_pairs | (np.bincount(links.units)[links.units] > 1)
    order = np.concatenate([np.flatnonzero(is_linked), np.flatnonzero(~is_linked)])
    points, weights, agreed = (np.ascontiguousarray(field[~is_linked]) for field in rows)
    others = Hinted(points, weights, agreed)
    if not is_linked.any():
        return Arrangement(HintedSource(None, others), order)
    known, units = np.unique(links.units[is_linked], return_inverse=True)
    pairs = np.searchsorted(known, links.pairs)
    apart = Apart(pairs, take_turns(pairs, len(known)), strength)
    points, weights, agreed = (np.ascontiguousarray(field[is_linked]) for field in rows)
    linked = Linked(points, weights, agreed, units, apart)
    _check_units(linked, order)
    return Arrangement(HintedSource(linked, others), order)


def _check_units(linked: Linked, rows: Int[ndarray, " N"]) -> None:
    joint = np.zeros((int(linked.units.max()) + 1, linked.agreement.shape[1]))
    np.add.at(joint, linked.units, linked.agreement)
    stuck = np.isneginf(joint).all(1)
    if stuck.any():
        members = rows[: len(linked.units)][linked.units == int(stuck.argmax())]
        raise ValueError(f"Rows {_list(members)} must be linked, but their labels or priors have nothing in common.")
    least, most = np.full(len(joint), np.inf), np.zeros(len(joint))
    np.minimum.at(least, linked.units, linked.weights)
    np.maximum.at(most, linked.units, linked.weights)
    uneven = least < most
    if uneven.any():
        members = rows[: len(linked.units)][linked.units == int(uneven.argmax())]
        raise ValueError(f"Rows {_list(members)} must be linked, so they need the same sample_weight.")


def _list(rows: Sequence[int] | ndarray, most: int = 4) -> str:
    said = ", ".join(map(str, rows[:most]))
    return f"{said}, …" if len(rows) > most else said

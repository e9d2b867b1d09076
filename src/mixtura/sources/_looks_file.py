"""What first passes over files have found, in a file beside the checkpoint: arrays and JSON."""

import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from mixtura.sources._found import Found
from mixtura.sources._scout import Facts
from mixtura.sources._survey import Looked
from mixtura.sources.sampling import Drawn
from mixtura.sources.writing import atomic_file
from mixtura.statistics import Block, Incomplete

_FORMAT = 1
_KINDS = {"Block": Block, "Incomplete": Incomplete}
_NO_NUMBERS = {"digests", "digest_of_weights", "sample", "kind"}


def key_of(found: Found, *asked: Any) -> str:
    """What findings depend on: the files as they are now, and what is asked of them."""
    return sha256(repr((_FORMAT, found.pieces, asked)).encode()).hexdigest()


def write_looks(path: str | Path, key: str, found: Mapping[str, Any]) -> None:
    """Keep findings; an `OutputError` if the file cannot be written."""
    arrays: dict[str, np.ndarray] = {}
    told = [[name, _of_finding(thing, str(number), arrays)] for number, (name, thing) in enumerate(found.items())]
    with atomic_file(path) as file:
        np.savez(file, told=np.array(json.dumps({"key": key, "found": told})), **arrays)  # type: ignore[arg-type]


def read_looks(path: str | Path, key: str) -> dict[str, Any]:
    """What was kept; nothing where there is no such file, or one of other rows, another request or another version."""
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            record = json.loads(str(arrays["told"]))
            found = record["found"] if record["key"] == key else []
            return {name: _finding(thing, str(number), arrays) for number, (name, thing) in enumerate(found)}
    except (OSError, ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile):
        return {}


def _of_finding(thing: Any, place: str, arrays: dict[str, np.ndarray]) -> Any:
    """A look at all rows, whose numbers go to the arrays; anything else is JSON as it is."""
    if not isinstance(thing, Looked):
        return thing
    parts = {"facts": thing.facts._asdict(), "sample": thing.facts.sample._asdict()}
    for part, fields in parts.items():
        arrays |= {f"{place}/{part}/{name}": np.asarray(fields[name]) for name in fields.keys() - _NO_NUMBERS}
    facts = thing.facts
    digests = [digest.hex() for digest in (*facts.digests, facts.digest_of_weights)]
    return {"n_read": thing.n_read, "is_whole": thing.is_whole, "digests": digests, "kind": facts.sample.kind.__name__}


def _finding(thing: Any, place: str, arrays: Mapping[str, np.ndarray]) -> Any:
    if not isinstance(thing, dict) or "digests" not in thing:
        return {name: tuple(levels) for name, levels in thing.items()} if isinstance(thing, dict) else thing
    facts, sample = (
        {name: _number(arrays[f"{place}/{part}/{name}"]) for name in set(kind._fields) - _NO_NUMBERS}
        for part, kind in (("facts", Facts), ("sample", Drawn))
    )
    *digests, of_weights = map(bytes.fromhex, thing["digests"])
    drawn = Drawn(kind=_KINDS[thing["kind"]], **sample)
    whole = Facts(digests=tuple(digests), digest_of_weights=of_weights, sample=drawn, **facts)
    return Looked(thing["n_read"], whole, thing["is_whole"])


def _number(array: np.ndarray) -> Any:
    return array if array.ndim else array.item()

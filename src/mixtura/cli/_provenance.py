"""Where a model comes from, for its file to tell."""

import platform
from collections.abc import Mapping
from typing import Any

import numpy as np

import mixtura
from mixtura.cli._described import HOW_READ, USUAL
from mixtura.sources.streamed import StreamedSource
from mixtura.sources.table import Table


def made_by(command: str, seed: int, table: Table | StreamedSource, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Versions, seed, command, and the rows: `asked` says how they were read, by the names of the options."""
    return {
        "versions": {
            "mixtura": mixtura.__version__, "numpy": np.__version__, "python": platform.python_version(),
        },
        "seed": seed,
        "data": {"origin": table.origin, "digest": table.digest, "how": _how_read(asked)},
        "command": command,
    }  # fmt: skip


def _how_read(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be asked again to get the same rows of the file, where it is not the usual."""
    told = {name: asked[name] for name in HOW_READ if asked[name] not in USUAL}
    return {name: list(value) if name == "na" else value for name, value in told.items()}

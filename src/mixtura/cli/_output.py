"""How results reach standard output."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from mixtura.cli._screen import writable
from mixtura.explain.direction import isolate


def to_json(facts: Mapping[str, Any]) -> str:
    """The facts as JSON that any reader takes: no NaN."""
    return json.dumps(facts, allow_nan=False, ensure_ascii=False, indent=2)


def echo_json(facts: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(to_json(facts))


def echo_lines(lines: Sequence[str], no_color: bool = False) -> None:
    """Print lines; colours only on a terminal whose owner does not mind them."""
    text = writable(isolate("\n".join(lines)), sys.stdout.encoding)
    click.echo(text, color=False if no_color or os.environ.get("NO_COLOR") else None)

"""`mixtura info`: what a bug report needs."""

import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import click

from mixtura.cli import _options

_CORE = ("numpy", "scipy", "scikit-learn", "numba", "narwhals", "safetensors", "pyarrow", "jinja2", "click")
_EXTRAS = {"plot": "matplotlib"}


@click.command("info", epilog="Example: mixtura info --json")
@_options.json_option
def command(as_json: bool) -> None:
    """Show what a bug report needs.

    Versions, threads, where compiled code is kept, and which extras are installed."""
    from mixtura.cli._output import echo_json, echo_lines
    from mixtura.cli._tables import lay_out

    facts = _facts()
    if as_json:
        echo_json(facts)
    else:
        rows = [[name, _word(value)] for name, value in _flat(facts)]
        echo_lines(lay_out(["mixtura", facts["mixtura"]], rows, left=2))


def _facts() -> dict[str, Any]:
    import mixtura
    from mixtura.runners.local import n_threads

    return {
        "mixtura": mixtura.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "threads": n_threads(-1),
        "kernel_cache": _kernel_cache(),
        "packages": {name: _version(name) for name in _CORE},
        "extras": {name: find_spec(package) is not None for name, package in _EXTRAS.items()},
    }


def _flat(facts: dict[str, Any]) -> list[tuple[str, Any]]:
    extras = [(f"extra {name}", is_there) for name, is_there in facts["extras"].items()]
    plain = [(name, facts[name]) for name in ("python", "platform", "threads", "kernel_cache")]
    return [*plain, *facts["packages"].items(), *extras]


def _word(value: Any) -> str:
    words = {None: "none", True: "installed", False: "not installed"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _kernel_cache() -> str | None:
    from mixtura._kernels.cache import cache_folder

    folder = cache_folder()
    return None if folder is None else str(folder)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None

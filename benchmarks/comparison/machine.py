"""Where and with what the tables were made."""

import platform
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from comparison.ceiling import operations_per_second
from comparison.sides import THREADS

_HERE = Path(__file__).parent


def describe() -> Iterator[str]:
    """A line for each thing that a number depends on."""
    yield f"{_processor()}, {THREADS} threads, {platform.system()}"
    yield f"at most {operations_per_second() / 1e9:.0f} GFLOP/s in float64 on these threads together, by measurement"
    packages = ("numpy", "scikit-learn", "numba", "threadpoolctl")
    yield ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)])
    yield f"mixtura at commit {_commit()}"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*: (.*)", facts.read_text(), flags=re.MULTILINE) if facts.exists() else []
    return f"{len(names)} × {names[0]}" if names else platform.processor() or platform.machine()


def _commit() -> str:
    git = ["git", "-C", str(_HERE), "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"

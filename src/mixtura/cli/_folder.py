"""The output folder: looked at before the work, filled in one go after it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mixtura.errors import OutputError

FILES = ("model.safetensors", "labels.parquet", "labels.csv", "summary.json", "report.html")


@contextmanager
def staging(folder: Path, overwrite: bool) -> Iterator[Path]:
    """A temporary folder beside `folder`. Call `publish` once all files are in it; it goes away in any case.

    Raises
    ------
    OutputError
        If `folder` holds files of an earlier fit that may not be overwritten, or cannot be written.
    """
    _refuse_existing(folder, overwrite)
    with _as_output_error(folder):
        home = next(parent for parent in folder.absolute().parents if parent.exists())
        temporary = home / f".{folder.absolute().name}.{os.getpid()}.part"
        temporary.mkdir()
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def publish(temporary: Path, folder: Path) -> None:
    """Move what is in the temporary folder to where it belongs; files of an earlier fit go."""
    with _as_output_error(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            temporary.rename(folder)
            return
        for name in FILES:
            if (temporary / name).exists():
                (temporary / name).replace(folder / name)
            else:
                with suppress(FileNotFoundError):
                    (folder / name).unlink()


def _refuse_existing(folder: Path, overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file, not a folder: choose another place with -o.")
    present = [name for name in FILES if (folder / name).exists()]
    if present and not overwrite:
        raise OutputError(f"{folder} holds {present[0]} already: add --overwrite, or choose another place with -o.")


@contextmanager
def _as_output_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{folder} cannot be written ({error.strerror or error}): choose another place.") from None

"""The output folder: looked at before the work, filled in one go after it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mixtura.errors import DataError, EngineError, OutputError
from mixtura.sources._leftovers import clear, held
from mixtura.sources.writing import refuse_folder

FILES = ("model.safetensors", "labels.parquet", "labels.csv", "summary.json", "report.html")


@contextmanager
def staging(folder: Path, overwrite: bool) -> Iterator[Path]:
    """A temporary folder on the same file system. Call `publish` once all files are in it; it goes away in any case.

    Raises
    ------
    OutputError
        If `folder` holds files of an earlier fit that may not be overwritten, or cannot be written.
    """
    _refuse_existing(folder, overwrite)
    with _as_output_error(folder):
        clear(_home(folder), ".mixtura.*.part")
        temporary = _home(folder) / f".mixtura.{os.getpid()}.part"
        temporary.mkdir()
    try:
        with held(temporary):
            yield temporary
    except (DataError, EngineError, OutputError) as error:
        raise _rescued(error, temporary, folder) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def publish(temporary: Path, folder: Path) -> None:
    """Move what is in the temporary folder to where it belongs; files of an earlier fit go."""
    place = folder.resolve()  # a rename would replace a symbolic link
    with _as_output_error(folder):
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            temporary.rename(place)
            return
        for name in FILES:
            if (temporary / name).exists():
                (temporary / name).replace(place / name)
            else:
                with suppress(FileNotFoundError):
                    (place / name).unlink()


def _rescued(error: Exception, temporary: Path, folder: Path) -> Exception:
    """The error in names that people know; what is complete by then goes where it belongs, if the model is among it."""
    said = str(error).replace(str(temporary), str(folder))
    if (temporary / FILES[0]).exists():
        publish(temporary, folder)
        said += f" The best model so far is in {folder}."
    return type(error)(said)


def check_file(output: str, overwrite: bool) -> None:
    """Raise an `OutputError` if a single file is there already and may not be replaced, or its folder is not there."""
    refuse_folder(Path(output))
    if Path(output).exists() and not overwrite:
        raise OutputError(f"{output} exists already: add --overwrite, or choose another name with -o.")
    if not Path(output).absolute().parent.is_dir():
        raise OutputError(f"{output} cannot be written: there is no folder {Path(output).parent}.")


def _home(folder: Path) -> Path:
    """Where the temporary folder goes: into `folder` if there is one, which may be another file system, a container's
    mount or all that its owner may write to; else into the nearest folder above."""
    place = folder.resolve()
    return next(parent for parent in (place, *place.parents) if parent.exists())


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

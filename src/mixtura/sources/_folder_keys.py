"""Columns that the names of folders tell, as Hive and Spark lay out tables: ``year=2025/town=Oslo/0.parquet``."""

import re
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

_NOTHING = "__HIVE_DEFAULT_PARTITION__"
_MARK = {b"mixtura": b"folder"}  # in the description of a column
_LONGEST = 18  # digits that a whole number may have
REASON = "told by the names of folders"

Keys = tuple[tuple[str, int | str | None], ...]


def folder_keys(path: Path) -> Keys:
    """The names and values in the folders above a file: whole numbers, text, or None where none is known.

    Examples
    --------
    >>> folder_keys(Path("rows/year=2025/town=S%C3%A3o Paulo/0.parquet"))
    (('year', 2025), ('town', 'São Paulo'))
    """
    parts = (part.partition("=") for part in path.parent.parts)
    return tuple((unquote(name), _value(unquote(value))) for name, sign, value in parts if sign and name)


def _value(text: str) -> int | str | None:
    if text == _NOTHING:
        return None
    return int(text) if re.fullmatch(rf"-?\d{{1,{_LONGEST}}}", text) else text


def key_fields(keys: Keys, names: list[str]) -> list[pa.Field]:
    """What the columns of the keys are, but of those that a file has itself."""
    return [pa.field(name, pa.scalar(value).type, metadata=_MARK) for name, value in keys if name not in names]


def is_folder_key(field: pa.Field) -> bool:
    """Whether a column is told by the names of folders."""
    return bool(field.metadata and field.metadata.get(b"mixtura") == b"folder")


def constant(value: int | str | None, n_rows: int) -> pa.Array:
    """A column that holds one value."""
    return pa.repeat(pa.scalar(value), n_rows)


def with_keys(table: pa.Table, path: Path) -> pa.Table:
    """The table of a file, with the columns that the folders above it tell."""
    values = dict(folder_keys(path))
    for field in key_fields(tuple(values.items()), table.column_names):
        table = table.append_column(field, constant(values[field.name], table.num_rows))
    return table

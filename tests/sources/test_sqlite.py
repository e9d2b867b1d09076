"""Queries to SQLite: its rows, of kinds that are told cell by cell, and nothing else done to the database."""

import sqlite3
import sys

import pyarrow as pa
import pytest

import mixtura
from mixtura.errors import DataError
from mixtura.sources.database import query

ROWS = [(n, n / 4 if n % 3 else n, None if n % 5 else f"t{n}", None) for n in range(-50, 150)]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "rows of ours.db"
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE rows ("a ""b" INTEGER, x, name TEXT, empty)')
        database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", ROWS)
    database.close()
    return path


def test_rows_and_kinds(path, monkeypatch):
    monkeypatch.setattr("mixtura.sources.sqlite._ROWS", 70)
    monkeypatch.setitem(sys.modules, "duckdb", None)  # nobody needs it here
    found = query("SELECT * FROM rows -- all of them", path).read_all()
    assert found.schema.names == ['a "b', "x", "name", "empty"]
    assert found.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.null()]
    assert list(zip(*found.to_pydict().values(), strict=True)) == ROWS
    mixed = query("SELECT CASE WHEN x > 3 THEN x ELSE 'few' END AS x FROM rows;", str(path)).read_all()
    assert mixed["x"].to_pylist()[:1] == ["few"] and mixed["x"].to_pylist()[-1] == "37.25"


def test_a_query_is_a_source(path):
    source = mixtura.stream(path, sql="SELECT x, x * x AS y FROM rows WHERE x > 0")
    assert (source.names, source.n_rows) == (("x", "y"), sum(row[1] > 0 for row in ROWS))


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT z FROM rows", "no such column: z"),
        ("DROP TABLE rows", "syntax error"),
        ("SELECT 1; SELECT 2", "syntax error"),
        ("SELECT x'00' AS b FROM rows", "a column 'b' of bytes"),
        ("SELECT x FROM rows WHERE x > 1e9", "has column names but no rows"),
    ],
)
def test_what_cannot_be_answered(path, sql, told):
    with pytest.raises(DataError, match=told):
        mixtura.stream(path, sql=sql)
    assert query("SELECT count(*) AS n FROM rows", path).read_all()["n"].to_pylist() == [len(ROWS)]


def test_a_table_is_no_database(tmp_path):
    (tmp_path / "rows.csv").write_text("x\n1\n2\n")
    with pytest.raises(DataError, match=r"rows\.csv is no database: name it in the query instead, FROM '.*rows\.csv'"):
        query("SELECT x FROM rows", tmp_path / "rows.csv")


def test_duckdb_fetches_no_extension(path):
    pytest.importorskip("duckdb")
    with pytest.raises(DataError, match="The query failed"):
        query(f"SELECT * FROM sqlite_scan('{path}', 'rows')")

"""Engines that hold rows on several machines: which one a collection is of, found without loading any."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from mixtura.sources._questions import Question
    from mixtura.sources.distant import Cluster

_ENGINES = {"dask": "dask", "dask_expr": "dask", "distributed": "dask", "pyspark": "spark"}


def engine_of(thing: Any) -> str | None:
    """The engine that an object belongs to: "dask", "spark", or None for what is no engine's.

    Examples
    --------
    >>> engine_of([1.0, 2.0]) is None
    True
    """
    return _ENGINES.get(type(thing).__module__.partition(".")[0])


def cluster_of(data: Any, engine: Any, files: Callable[[], Any]) -> "Cluster | None":
    """The table that lies on a cluster: of a collection, or of files that an engine reads; None if it is none.

    A Dask collection without a client lies nowhere yet.
    """
    if engine_of(engine) == "spark" and engine_of(data) is None:
        from mixtura.sources.spark_files import SparkFiles

        return SparkFiles(engine, files())
    if engine_of(engine) == "dask":
        from mixtura.sources.dask import table_of, table_of_files

        return table_of_files(files(), engine) if engine_of(data) is None else table_of(data, engine)
    if engine_of(data) == "dask":
        from mixtura.sources.dask import client_at_hand, table_of

        client = client_at_hand()
        return None if client is None else table_of(data, client)
    if engine_of(data) == "spark":
        from mixtura.sources.spark import table_of as table_of_frame

        return table_of_frame(data)
    return None


def connect(engine: str, address: str | None, n_workers: int) -> "AbstractContextManager[Any]":
    """A connection to an engine, by its name: to the machines at an address, or so many processes or threads here."""
    if engine == "spark":
        from mixtura.sources import spark_files

        return spark_files.connected(address, n_workers)
    from mixtura.sources import dask

    return dask.connected(address, n_workers)


def answer(data: Any, question: "Question", features: Sequence[str], n_columns: int) -> Any:
    """The answer about every row of a collection, as a collection of the same engine."""
    if engine_of(data) == "spark":
        from mixtura.sources import spark_answers

        return spark_answers.answer(data, question, features, n_columns)
    from mixtura.sources import dask_answers

    return dask_answers.answer(data, question, features, n_columns)

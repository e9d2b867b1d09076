"""Options that say where passes run, and the connection to a cluster where they run on one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from mixtura.cli._options import combine

DISTANT = ("dask", "spark")
ENGINES = ("auto", "threads", *DISTANT)

engine_options = combine(
    click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True,
                 help="Where passes run: in threads here (auto), or in workers of a Dask or Spark cluster."),
    click.option("--address", metavar="URL",
                 help="The scheduler of --engine dask, or the master (or sc:// server) of --engine spark; without it, "
                      "--workers of them are started here."),
)  # fmt: skip


def is_distant(options: Mapping[str, Any]) -> bool:
    """Whether a cluster is asked for.

    Raises
    ------
    UsageError
        If there is an address of something that is none.
    """
    if options["address"] and options["engine"] not in DISTANT:
        raise click.UsageError("--address is where dask or spark is to be found: name the engine too.")
    return options["engine"] in DISTANT


@contextmanager
def connected(engine: str, address: str | None, n_workers: int) -> Iterator[Any]:
    """What `mixtura.stream` takes for an engine; None for threads of this process."""
    if engine not in DISTANT:
        yield None
        return
    from mixtura.sources.engines import connect

    with connect(engine, address, n_workers) as client:
        yield client

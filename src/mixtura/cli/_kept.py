"""The checkpoint of a fit to far rows: where one cannot be written, the fit goes on, and says so in the end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from mixtura.checkpoint import Work, read_checkpoint, read_stages, write_checkpoint, write_stages, write_work
from mixtura.cli._folder import check_file
from mixtura.cli._request import Request
from mixtura.errors import OutputError
from mixtura.replay import Replay
from mixtura.scaling import Scaling
from mixtura.selection import Selection
from mixtura.sources._found import Found
from mixtura.sources._looks_file import key_of, read_looks, write_looks
from mixtura.sources._survey import Looks
from mixtura.sources.column import Column
from mixtura.stages import Log, Stages
from mixtura.streaming import Finals
from mixtura.trials import Candidate

_INTERVAL, _SHARE = 5.0, 20  # seconds between two writings within a pass; and times what the last one took


@dataclass
class Pace:
    """How often to write what changes all the time."""

    _next: float = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time again."""
        return monotonic() >= self._next

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around a writing."""
        start = monotonic()
        yield
        self._next = start + max(_INTERVAL, _SHARE * (monotonic() - start))


@dataclass
class Keeper:
    """Keeps how far a fit is in the file that `--checkpoint` names, if it names one; `key` says of what it is.

    What first passes find is kept in another beside it, which is larger, and which a fit can do without.
    """

    request: Request
    key: str = ""
    error: OutputError | None = None  # of the last time
    _pace: Pace = field(default_factory=Pace)

    def looks(self, table: Any) -> Looks:
        """First passes that go on from where earlier ones were: over files that another run finds as they are."""
        request, place = self.request, self._place()
        if not request.checkpoint or not isinstance(table, Found) or not table.is_lasting:
            return Looks()
        path, key = f"{request.checkpoint}.rows", key_of(table, request.roles, request.missing, request.memory)

        def keep(found: Mapping[str, Any]) -> None:
            if self._pace.is_due or all(getattr(thing, "is_whole", True) for thing in found.values()):
                with suppress(OutputError), self._pace.timed():
                    write_looks(path, key, found)

        return Looks({} if place is None else read_looks(path, key), keep)

    def read(self) -> Work | tuple[Selection, Finals] | None:
        """Where an earlier fit stopped, with `--resume`; an `OutputError` where there is no place for the file."""
        place, request = self._place(), self.request
        kept = None if place is None else read_checkpoint(place, self.key, request.options)
        if kept is None or isinstance(kept, Work):
            return kept
        found, finals = kept
        return found._replace(seed=request.seed), finals

    def replay(self, earlier: Work | None, scaling: Scaling, columns: tuple[Column, ...]) -> Replay:
        """A choice on a sample that goes on from there, and is kept piece by piece."""

        def keep(results: Sequence[Any]) -> None:
            self._write(lambda path, key: write_work(path, key, Work(list(results), scaling, columns)))

        return Replay(earlier.results if earlier else [], keep)

    def log(self, on_fit: Callable[[Candidate], None]) -> Log:
        """The same of a search by posteriors, to be kept on the way."""
        place = self._place()
        kept = None if place is None else read_stages(place, self.key)
        return Log(kept or {}, self._keep_stages, on_fit)

    def _place(self) -> str | None:
        """The file to go on from, if that is asked for."""
        if self.request.checkpoint:
            check_file(self.request.checkpoint, overwrite=True)
        return self.request.checkpoint if self.request.resume else None

    def keep(self, found: Selection, finals: Finals) -> None:
        """Write the file anew; within a pass only now and then."""
        if finals.begun is None or self._pace.is_due:
            self._write(lambda path, key: write_checkpoint(path, key, found, finals))

    def _keep_stages(self, stages: Stages) -> None:
        self._write(lambda path, key: write_stages(path, key, stages))

    def _write(self, write: Callable[[str, str], None]) -> None:
        if not self.request.checkpoint:
            return
        try:
            with self._pace.timed():
                write(self.request.checkpoint, self.key)
        except OutputError as error:
            self.error = error
        else:
            self.error = None

"""The checkpoint of a fit to far rows: where one cannot be written, the fit goes on, and says so in the end."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mixtura.checkpoint import read_checkpoint, read_stages, write_checkpoint, write_stages
from mixtura.cli._folder import check_file
from mixtura.cli._request import Request
from mixtura.errors import OutputError
from mixtura.options import Options
from mixtura.selection import Selection, units
from mixtura.stages import Log, Stages
from mixtura.statistics import Block
from mixtura.streaming import Finals
from mixtura.trials import Candidate, Setting


@dataclass
class Keeper:
    """Keeps how far a fit is in the file that `--checkpoint` names, if it names one; `key` says of what it is."""

    request: Request
    key: str
    error: OutputError | None = None  # of the last time
    _done: dict[Setting, Candidate] = field(default_factory=dict)

    def read(self) -> tuple[Selection | None, Finals | None]:
        """Where an earlier fit stopped, with `--resume`; an `OutputError` where there is no place for the file."""
        place, request = self._place(), self.request
        kept = None if place is None else read_checkpoint(place, self.key, request.options)
        return (None, None) if kept is None else (kept[0]._replace(seed=request.seed), kept[1])

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

    def keep(self, found: Selection, finals: Finals | None) -> None:
        """Write the file anew."""
        self._write(lambda path, key: write_checkpoint(path, key, found, finals))

    def _keep_stages(self, stages: Stages) -> None:
        self._write(lambda path, key: write_stages(path, key, stages))

    def _write(self, write: Callable[[str, str], None]) -> None:
        if not self.request.checkpoint:
            return
        try:
            write(self.request.checkpoint, self.key)
        except OutputError as error:
            self.error = error
        else:
            self.error = None

    def keep_fit(self, candidate: Candidate, sample: Block, options: Options) -> None:
        """Write the file anew, as one more fit to the sample is done."""
        if not self.request.checkpoint:
            return
        self._done[candidate.setting] = candidate
        request, fits = self.request, tuple(self._done.values())
        scaling, n_rows = units(*sample, options), len(sample.points)
        self.keep(Selection(fits, request.criterion, (), scaling, n_rows, is_complete=False, options=options), None)

"""The checkpoint of a fit to far rows: where one cannot be written, the fit goes on, and says so in the end."""

from dataclasses import dataclass, field

from mixtura.checkpoint import read_checkpoint, write_checkpoint
from mixtura.cli._folder import check_file
from mixtura.cli._request import Request
from mixtura.errors import OutputError
from mixtura.selection import Selection, units
from mixtura.statistics import Block
from mixtura.streaming import Finals
from mixtura.trials import Candidate, Options, Setting


@dataclass
class Keeper:
    """Keeps how far a fit is in the file that `--checkpoint` names, if it names one; `key` says of what it is."""

    request: Request
    key: str
    error: OutputError | None = None  # of the last time
    _done: dict[Setting, Candidate] = field(default_factory=dict)

    def read(self) -> tuple[Selection | None, Finals | None]:
        """Where an earlier fit stopped, with `--resume`; an `OutputError` where there is no place for the file."""
        request = self.request
        if not request.checkpoint:
            return None, None
        check_file(request.checkpoint, overwrite=True)
        if not request.resume:
            return None, None
        kept = read_checkpoint(request.checkpoint, self.key, request.options)
        return (None, None) if kept is None else (kept[0]._replace(seed=request.seed), kept[1])

    def keep(self, found: Selection, finals: Finals | None) -> None:
        """Write the file anew."""
        if not self.request.checkpoint:
            return
        try:
            write_checkpoint(self.request.checkpoint, self.key, found, finals)
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

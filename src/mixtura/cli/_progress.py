"""What is going on, told on standard error while it takes longer than a second."""

import json
import sys
import time
from collections.abc import Callable
from math import inf, isfinite
from threading import Event, Thread
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any

from mixtura.cli._screen import width_of
from mixtura.cli._tables import clip
from mixtura.criteria import label, write

if TYPE_CHECKING:
    from mixtura.trials import Candidate

PATIENCE = 1.0  # seconds before anything is said
_TICK, _BETWEEN_LINES = 0.2, 2.0
_BAR = 16


class Progress:
    """A line that is drawn over and over (bar), one line at a time (plain), JSON lines, or nothing (none).

    `auto` draws a bar on a terminal and plain lines elsewhere. JSON lines come at once, for each fit.
    """

    def __init__(self, mode: str, stream: IO[str] | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._mode = mode if mode != "auto" else "bar" if self._stream.isatty() else "plain"
        self._clock = clock
        self._began = self._last_line = clock()
        self._stage, self._done, self._total, self._best = "", 0, 0, ""
        self._told = 0  # fits that were done when the last line was written
        self._lowest, self._seen = float("inf"), set[Any]()
        self._criterion = "bic"
        self._over = Event()
        self._ticker = Thread(target=self._tick, daemon=True)

    def __enter__(self) -> "Progress":
        if self._mode == "bar":
            self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._mode == "bar":
            self._ticker.join()

    def stage(self, name: str, n_fits: int = 0, criterion: str = "bic") -> None:
        """Say what is done now, and of how many fits it consists."""
        self._stage, self._done, self._total, self._criterion, self._best = name, 0, n_fits, criterion, ""
        self._told = 0
        self._seen.clear()
        self._say({"stage": name})

    def on_fit(self, candidate: "Candidate") -> None:
        """Count a fit that is done; some are done again, better."""
        self._seen.add(candidate.setting)
        self._done = len(self._seen)
        value = candidate.criteria.get(self._criterion, inf)
        if not candidate.remark and value < self._lowest:
            self._lowest, setting = value, candidate.setting
            name = f"{label(self._criterion)} {write(self._criterion, value)}"
            self._best = f"; best: k = {setting.n_components}, {setting.covariance}, {name}"
        facts = {"done": self._done, "total": self._total, **candidate.setting._asdict()}
        facts["is_searched"] = candidate.is_searched
        facts[self._criterion] = value if isfinite(value) else None
        self._say(facts)

    def on_pass(self, n_passes: int, log_likelihood: float, rows_per_second: float) -> None:
        """Tell of a pass over all rows: log-likelihood in nats a row."""
        speed = f"{rows_per_second / 1e6:.2f} million rows/s"
        self._best = f"; pass {n_passes}, log-likelihood {log_likelihood:.6f} a row, {speed}"
        told = {"pass": n_passes, "log_likelihood": log_likelihood, "rows_per_second": round(rows_per_second)}
        self._say(told)

    def _say(self, facts: dict[str, Any]) -> None:
        if self._mode == "json":
            print(json.dumps(facts), file=self._stream, flush=True)
        elif self._mode == "plain" and self._is_time_for_a_line():
            self._last_line, self._told = self._clock(), self._done
            print(self._line(), file=self._stream, flush=True)

    def _is_time_for_a_line(self) -> bool:
        """Now and then, and once where every fit is done: some are then done again."""
        now, are_all_done = self._clock(), self._told < self._done == self._total
        return now - self._began > PATIENCE and (now - self._last_line > _BETWEEN_LINES or are_all_done)

    def _line(self) -> str:
        fits = f": {self._done} of {self._total} fits" if self._total else ""
        return f"{self._stage}{fits} ({self._clock() - self._began:.0f} s){self._best}"

    def _tick(self) -> None:
        is_drawn = False
        while not self._over.wait(_TICK):
            if self._clock() - self._began > PATIENCE:
                room = width_of(self._stream) - 1  # one more would begin a new line
                line = clip(f"{self._bar()}{self._line()}", room)
                self._stream.write(f"\r{line}\x1b[K")
                self._stream.flush()
                is_drawn = True
        if is_drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _bar(self) -> str:
        filled = _BAR * self._done // self._total if self._total else 0
        return f"[{'#' * filled}{'.' * (_BAR - filled)}] " if self._total else ""

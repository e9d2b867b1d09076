"""Ctrl-C, SIGTERM and time limits: all end a search early with the best so far; this remembers which of them it was.

What is found is then described and written all the same.
"""

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

_SOON = 0.01  # seconds


@dataclass
class Interruption:
    """Why a search ended early: `is_by_hand`, `is_by_clock`, or neither."""

    is_by_hand: bool = False
    is_by_clock: bool = False


@contextmanager
def deferred() -> Iterator[Interruption]:
    """Let the block end in peace on the first Ctrl-C, and keep a note of it; the second one ends it."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield interruption
        return

    def note(signal_number: int, frame: FrameType | None) -> None:
        if interruption.is_by_hand:
            raise KeyboardInterrupt
        interruption.is_by_hand = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def watched(time_limit: float | None) -> Iterator[Interruption]:
    """Raise KeyboardInterrupt inside the block on Ctrl-C, on SIGTERM and when the time is up, and keep a note of it."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption  # only the main thread hears of signals
        return

    before = signal.getsignal(signal.SIGINT)
    is_in_background = before is signal.SIG_IGN  # shells see to it that Ctrl-C is for what runs in front

    def interrupt(signal_number: int, frame: FrameType | None) -> None:
        interruption.is_by_hand = not interruption.is_by_clock and not is_in_background
        if interruption.is_by_hand or interruption.is_by_clock:
            raise KeyboardInterrupt

    def end(signal_number: int, frame: FrameType | None) -> None:
        interruption.is_by_hand = True
        raise KeyboardInterrupt

    def ring() -> None:
        interruption.is_by_clock = True
        _thread.interrupt_main()

    clock = threading.Timer(time_limit, ring) if time_limit else None
    signal.signal(signal.SIGINT, interrupt)
    before_the_end = signal.signal(signal.SIGTERM, end)
    if clock:
        clock.daemon = True
        clock.start()
    try:
        with _unswallowed():
            yield interruption
    finally:
        if clock:
            clock.cancel()
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, before_the_end)


@contextmanager
def _unswallowed() -> Iterator[None]:
    """Interrupt again, soon, where the first time was lost: compilers call Python back and drop its errors."""

    def look(lost: Any) -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt):
            threading.Timer(_SOON, _thread.interrupt_main).start()
        else:
            before(lost)

    before = sys.unraisablehook
    sys.unraisablehook = look
    try:
        yield
    finally:
        sys.unraisablehook = before

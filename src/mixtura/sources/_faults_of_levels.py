"""What columns hold that are no numbers, and what may be wrong with their levels."""

from collections.abc import Iterable, Iterator

from mixtura.sources._seen import Seen, called, listed
from mixtura.sources.check import Finding, Severity
from mixtura.sources.roles import option, plural

_RARE, _FEWEST = 5, 30  # cells of a level, and of the column
_SOUNDS_MISSING = {
    "?", "-", "--", ".", "*", "unknown", "missing", "not available", "not applicable", "not known", "n.a.", "no answer",
    "refused", "don't know", "dont know", "unspecified", "keine angabe", "k.a.", "inconnu", "desconocido",
}  # fmt: skip

_SEVERITY: dict[str, Severity] = {"typing slip": "error", "numbers as text": "warning"}  # of what is left out


def find(seen: Iterable[Seen]) -> Iterator[Finding]:
    """Why columns are left out or refused, and which levels are too rare, spelled twice, or mean that none is known."""
    columns = list(seen)
    yield from _refused([column for column in columns if column.reason and column.is_feature])
    yield from _left_out([column for column in columns if column.reason and not column.is_feature])
    for column in columns:
        if column.levels and column.facts.role in ("feature", "left out"):
            yield from _twins(column)
            yield from _unknown(column)
            yield from _rare(column)


def _refused(columns: Iterable[Seen]) -> Iterator[Finding]:
    """Columns that are asked for by name."""
    for column in columns:
        assert column.reason is not None
        about, text = column.reason
        if about != "identifier":
            sentence = f"{column.called} is to be clustered on, which stops a fit: {text}."
            yield Finding(about, "error", (column.facts.name,), sentence, _remedy(about, [column]))


def _left_out(columns: Iterable[Seen]) -> Iterator[Finding]:
    """Columns that a fit leaves out of itself, those for the same reason together."""
    groups: dict[str, list[Seen]] = {}
    for column in columns:
        if column.reason:
            groups.setdefault(column.reason.about, []).append(column)
    for about, group in groups.items():
        severity = _SEVERITY.get(about, "note")
        told = [f"{column.called} ({column.reason.text})" for column in group if column.reason]
        sentence = f"Left out: {', '.join(told)}."
        if severity == "error":
            sentence = f"{'; '.join(told)}: this stops a fit."
        names = tuple(column.facts.name for column in group)
        yield Finding(about, severity, names, sentence, _remedy(about, group))


def _remedy(about: str, columns: list[Seen]) -> str:
    """What to do about columns that are left out for one reason."""
    names = [column.facts.name for column in columns]
    said = {
        "category": (
            f"{option('--categorical', *names)} clusters on these, --truth compares with one, --profile shows them."
        ),
        "text": f"{option('--id', names[0])} if it names the rows.",
        "identifier": f"{option('--id', names[0])} if it names the rows.",
        "date": "Turn it into a number to cluster on it, such as days since the first.",
        "nested": "Take numbers out of it to cluster on them.",
        "numbers as text": "",
        "typing slip": f"Correct the cell, or --na with it if it means missing, or {option('--exclude', *names)}.",
    }
    return said.get(about, "")


def _twins(column: Seen) -> Iterator[Finding]:
    """Levels that differ in capitals and spaces only."""
    spelled: dict[str, list[str]] = {}
    for level in column.levels:
        spelled.setdefault(" ".join(level.casefold().split()), []).append(level)
    twins = [" and ".join(map(repr, map(called, levels))) for levels in spelled.values() if len(levels) > 1]
    if twins:
        sentence = f"{column.called} has levels that differ in capitals or spaces only: {listed(twins, 3)}."
        yield _finding("spelling", "warning", column, sentence, "Spell them alike, or they count as different.")


def _unknown(column: Seen) -> Iterator[Finding]:
    for level, n_cells in column.levels.items():
        if level.strip().casefold() in _SOUNDS_MISSING:
            sentence = f"{column.called} is {level!r} in {plural(n_cells, 'cell')}."
            yield _finding(
                "level for missing", "warning", column, sentence, f"{option('--na', level)} if it is missing."
            )


def _rare(column: Seen) -> Iterator[Finding]:
    rare = [level for level, n_cells in column.levels.items() if n_cells < _RARE]
    if rare and column.n_present >= _FEWEST:
        n_levels = f"{len(rare)} of its {len(column.levels)} levels"
        sentence = f"{column.called} has {n_levels} in fewer than {_RARE} rows: {listed(rare, 5)}."
        yield _finding("rare levels", "note", column, sentence, "Merge them with others if they mean nothing apart.")


def _finding(about: str, severity: Severity, column: Seen, sentence: str, remedy: str) -> Finding:
    return Finding(about, severity, (column.facts.name,), sentence, remedy)

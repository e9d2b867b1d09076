"""Names of scripts that run from right to left, among words that do not."""

import pytest

from mixtura.explain.direction import isolate

LENGTH, WIDTH = "אורך", "רוחב"
ISOLATED = "\u2068{}\u2069".format


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        (f"high {LENGTH} (5.2, overall 4.1)", f"high {ISOLATED(LENGTH)} (5.2, overall 4.1)"),
        (f"{LENGTH}, {WIDTH} and age", f"{ISOLATED(LENGTH)}, {ISOLATED(WIDTH)} and age"),
        (f"{LENGTH} → {WIDTH}", f"{ISOLATED(LENGTH)} → {ISOLATED(WIDTH)}"),
        (f"cluster  {LENGTH}  {WIDTH}", f"cluster  {ISOLATED(LENGTH)}  {ISOLATED(WIDTH)}"),  # columns
        (f"{LENGTH}\n{WIDTH}", f"{ISOLATED(LENGTH)}\n{ISOLATED(WIDTH)}"),
        (f"{LENGTH} של {WIDTH} 52 %", f"{ISOLATED(f'{LENGTH} של {WIDTH}')} 52 %"),
        (f"high {LENGTH} ({WIDTH}), 3", f"high {ISOLATED(f'{LENGTH} ({WIDTH})')}, 3"),
        (f"({LENGTH})", f"({ISOLATED(LENGTH)})"),
        ("الدخل السنوي +1.2 sd", f"{ISOLATED('الدخل السنوي')} +1.2 sd"),
    ],
)
def test_names_keep_to_their_place(text, isolated):
    assert isolate(text) == isolated


@pytest.mark.parametrize("text", ["waiting 52 %", "Größe ≤ 3.5", "身長 高い", "📏", ""])
def test_other_text_stays_as_it_is(text):
    assert isolate(text) == text

"""Columns that were left out are told together where the reason is the same."""

from mixtura.explain.leftovers import by_reason


def test_columns_of_one_reason_stand_together_the_first_few_by_name():
    columns = [{"name": f"c{i}", "reason": "constant" if i % 2 else "text"} for i in range(20)]
    text, constant = by_reason(columns)
    assert text == (("c0", "c2", "c4", "c6", "c8", "c10"), 4, "text")
    assert constant.names[0] == "c1" and len(constant.names) + constant.n_more == 10
    assert by_reason([]) == []

"""The table of default fits to many rows."""


def test_a_fit_is_there_where_nothing_better_is_known(load):
    many_rows = load("many_rows")
    ends = [many_rows.Ended(-1.0, 5, 0.5), many_rows.Ended(-2.0, 7, 1.5)]
    assert many_rows._told(ends, [-1.0, -1.9]) == "1 of 2 | 6 | 1.0"


def test_the_table_has_a_line_for_each_case(load):
    many_rows = load("many_rows")
    table = list(many_rows.lines(300, 1, ((2, 2, 9.0),)))
    assert len(table) == 3 and table[2].startswith("| 300 × 2, 2 | 9 | 1 of 1 | ")

"""Cells from rules."""

from graph.readers.lattice import Lattice, Rule, join, lattices

Spans = list[tuple[int, int, int, int]]


def one(horizontal: list[Rule], vertical: list[Rule]) -> Lattice:
    (found,) = lattices(horizontal, vertical, 1000)
    return found


def spans(found: Lattice) -> Spans:
    return [(slot.row, slot.column, slot.rowspan, slot.colspan) for slot in found.slots]


def full(rows: int, columns: int) -> tuple[list[Rule], list[Rule]]:
    """Rules of a table with rows 20 high and columns 50 wide, its lower left corner at (0, 0)."""
    return [Rule(20 * i, 0, 50 * columns) for i in range(rows + 1)], [
        Rule(50 * j, 0, 20 * rows) for j in range(columns + 1)
    ]


def test_a_full_lattice_has_a_cell_between_every_two_rules() -> None:
    found = one(*full(2, 3))
    assert spans(found) == [(row, column, 1, 1) for row in range(2) for column in range(3)]
    assert found.slots[0].box == (0, 20, 50, 40)


def test_a_single_row_is_a_table() -> None:
    assert len(one(*full(1, 2)).slots) == 2


def test_a_missing_rule_makes_a_spanning_cell() -> None:
    horizontal, vertical = full(3, 2)
    horizontal[1] = Rule(20, 50, 100)
    vertical[1] = Rule(50, 0, 40)
    assert spans(one(horizontal, vertical)) == [(0, 0, 1, 2), (1, 0, 2, 1), (1, 1, 1, 1), (2, 1, 1, 1)]


def test_pieces_dots_and_double_rules_are_one_rule() -> None:
    horizontal, vertical = full(1, 1)
    dotted = [Rule(50.4, y, y + 0.5) for y in range(0, 20, 2)]
    double = [Rule(20, 0, 24), Rule(20.8, 26, 50), Rule(22, 0, 50)]
    assert spans(one([*horizontal, *double], [*vertical[:1], *dotted])) == [(0, 0, 1, 1)]


def test_sides_without_rules_lie_where_the_other_rules_end() -> None:
    horizontal, vertical = full(2, 3)
    found = one(horizontal[:2], vertical[1:3])
    assert spans(found) == [(row, column, 1, 1) for row in range(2) for column in range(3)]
    assert found.box == (0, 0, 150, 40)


def test_tables_apart_are_two_and_the_upper_comes_first() -> None:
    horizontal, vertical = full(1, 2)
    lower = [Rule(rule.at - 100, rule.start, rule.end) for rule in horizontal]
    below = [Rule(rule.at, rule.start - 100, rule.end - 100) for rule in vertical]
    found = lattices([*lower, *horizontal], [*vertical, *below], 1000)
    assert [table.ys[0] for table in found] == [20, -80]


def test_lines_that_never_cross_are_no_table() -> None:
    assert lattices([Rule(0, 0, 100), Rule(20, 0, 100)], [], 1000) == []


def test_a_ragged_region_falls_into_rectangles_without_overlap() -> None:
    horizontal, vertical = full(2, 2)
    horizontal[1] = Rule(20, 50, 100)
    vertical[1] = Rule(50, 0, 20)
    found = one(horizontal, vertical)
    covered = [
        (row, column)
        for slot in found.slots
        for row in range(slot.row, slot.row + slot.rowspan)
        for column in range(slot.column, slot.column + slot.colspan)
    ]
    assert sorted(covered) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_drawing_of_thousands_of_lines_is_left_out() -> None:
    assert lattices(*full(50, 50), 1000) == []


def test_points_find_their_cell() -> None:
    found = one(*full(2, 2))
    assert [found.find(10, 30), found.find(60, 30), found.find(10, 10), found.find(100, 0)] == [0, 1, 2, 3]
    assert found.find(101, 10) is None
    assert found.find(10, 41) is None


def test_short_strokes_are_not_rules() -> None:
    assert join([Rule(0, 0, 3), Rule(10, 0, 2), Rule(10, 30, 60)]) == [Rule(10, 30, 60)]

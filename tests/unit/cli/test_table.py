from gazewire.cli.table import spell_table


def test_columns_are_aligned_and_lines_have_no_tail() -> None:
    table = spell_table(("NAME", "AT"), [("a", "1"), ("longer", "22")])
    assert table.splitlines() == ["NAME    AT", "a       1", "longer  22"]


def test_a_table_without_rows_is_its_headings() -> None:
    assert spell_table(("NAME", "AT"), []) == "NAME  AT"

import pytest

from gazewire.testing.vectors import load_vector


def test_comments_and_spacing_are_not_part_of_a_vector(tmp_path):
    path = tmp_path / "case.hex"
    path.write_text("# a note\n00 ff\n\n# another\nAb\n")
    assert load_vector(path) == b"\x00\xff\xab"


def test_anything_but_hexadecimal_is_refused(tmp_path):
    path = tmp_path / "case.hex"
    path.write_text("00 fg\n")
    with pytest.raises(ValueError, match="hexadecimal"):
        load_vector(path)

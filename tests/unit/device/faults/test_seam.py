from gazewire.device.faults.seam import Seam


def test_a_seam_holds_what_is_put_in_in_that_order() -> None:
    seam = Seam[str]()
    assert not seam
    with seam.holding("a"), seam.holding("b"):
        assert list(seam) == ["a", "b"]
    assert not seam


def test_of_two_equal_things_the_right_one_is_taken_out() -> None:
    seam = Seam[list[int]]()
    one, other = [1], [1]
    with seam.holding(one):
        with seam.holding(other):
            pass
        assert [held is one for held in seam] == [True]


def test_what_is_taken_out_meanwhile_does_not_disturb_who_looks() -> None:
    seam = Seam[str]()
    with seam.holding("a"):
        looking = iter(seam)
    assert list(looking) == ["a"]

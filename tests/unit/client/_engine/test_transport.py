from gazewire.client._engine.transport import Transport


def test_only_auto_leaves_it_to_the_network() -> None:
    assert [each.over_tcp for each in Transport] == [None, False, True]

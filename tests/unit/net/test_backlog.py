from gazewire.net.backlog import Backlog


def test_few_clients_have_as_much_as_one_may_have() -> None:
    backlog = Backlog(each_bytes=100, total_bytes=1000)
    assert backlog.share_bytes == 100
    for _ in range(10):
        backlog.enter()
    assert backlog.share_bytes == 100


def test_many_clients_have_equal_shares_of_the_total() -> None:
    backlog = Backlog(each_bytes=100, total_bytes=1000)
    for _ in range(40):
        backlog.enter()
    assert backlog.share_bytes == 25
    for _ in range(30):
        backlog.leave()
    assert backlog.share_bytes == 100

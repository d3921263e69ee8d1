import itertools

import pytest


def late(sequences: list[int]) -> int:
    """How many came behind a later one."""
    highest = -1
    count = 0
    for sequence in sequences:
        count += sequence < highest
        highest = max(highest, sequence)
    return count


async def test_loss_counts_exactly_what_a_receiver_misses(bench) -> None:
    receiver = bench.join()
    async with bench.fault("loss:percent=20"):
        sent = bench.send(1_000)
    assert bench.counts() == {"packets": 1_000, "lost": 1_000 - len(receiver.packets)}
    assert 150 < bench.counts()["lost"] < 250
    assert set(receiver.payloads) < set(sent)


async def test_the_same_seed_loses_the_same_packets(bench) -> None:
    async with bench.fault("loss:percent=20,seed=3"):
        first = bench.join()
        bench.send(200)
        bench.seams.streams["gaze"].leave(first)
        second = bench.join()
        bench.send(200)
    assert first.payloads == second.payloads


async def test_another_seed_loses_other_packets(bench) -> None:
    lost = []
    for seed in (1, 2):
        receiver = bench.join()
        async with bench.fault(f"loss:percent=20,seed={seed}"):
            bench.send(200)
        bench.seams.streams["gaze"].leave(receiver)
        lost.append(receiver.payloads)
    assert lost[0] != lost[1]


async def test_reports_are_not_lost(bench) -> None:
    receiver = bench.join()
    async with bench.fault("loss:percent=100"):
        bench.send(1_000)
    assert receiver.packets == []
    assert len(receiver.reports) > 5


async def test_a_receiver_that_is_full_counts_nothing(bench) -> None:
    receiver = bench.join()
    receiver.is_full = True
    async with bench.fault("loss:percent=50,seed=2"):
        bench.send(2)
    assert bench.counts().get("packets", 0) == bench.counts().get("lost", 0)


async def test_duplicates_come_right_behind(bench) -> None:
    receiver = bench.join()
    async with bench.fault("duplicate:percent=30"):
        bench.send(500)
    sequences = receiver.sequences
    twice = sum(one == two for one, two in itertools.pairwise(sequences))
    assert bench.counts() == {"packets": 500, "duplicated": twice}
    assert len(sequences) == 500 + twice
    assert sequences == sorted(sequences)


@pytest.mark.parametrize("depth", [1, 3, 10])
async def test_reordered_packets_come_behind_as_many_as_told_and_none_is_lost(bench, depth) -> None:
    receiver = bench.join()
    async with bench.fault(f"reorder:percent=10,depth={depth}"):
        bench.send(1_000)
    assert sorted(receiver.sequences) == list(range(7, 1_007))
    assert bench.counts() == {"packets": 1_000, "reordered": late(receiver.sequences)}
    assert bench.counts()["reordered"] > 50
    for place, sequence in enumerate(receiver.sequences):
        overtaken_by = sum(before > sequence for before in receiver.sequences[:place])
        assert overtaken_by <= depth


async def test_if_all_are_to_be_held_back_some_still_come(bench) -> None:
    receiver = bench.join()
    async with bench.fault("reorder:percent=100,depth=2"):
        bench.send(10)
        assert receiver.packets
    assert sorted(receiver.sequences) == list(range(7, 17))
    assert bench.counts()["reordered"] == late(receiver.sequences)


async def test_what_is_held_back_does_not_follow_who_leaves(bench) -> None:
    receiver = bench.join()
    async with bench.fault("reorder:percent=100,depth=5"):
        bench.send(3)
        bench.seams.streams["gaze"].leave(receiver)
    assert receiver.packets == []


async def test_delayed_packets_come_in_order_and_all_of_them(bench) -> None:
    receiver = bench.join()
    async with bench.fault("delay:ms=1,jitter=5"):
        bench.send(20)
        assert receiver.packets == []
        await bench.until(lambda: len(receiver.packets) == 20)
    assert receiver.sequences == list(range(7, 27))
    assert bench.counts() == {"delayed": 20}


async def test_the_end_of_a_delay_lets_go_what_waits(bench) -> None:
    receiver = bench.join()
    async with bench.fault("delay:ms=10000"):
        bench.send(20)
        assert receiver.packets == []
    assert receiver.sequences == list(range(7, 27))


async def test_delay_holds_nothing_for_who_leaves(bench) -> None:
    receiver = bench.join()
    async with bench.fault("delay:ms=10000"):
        bench.send(20)
        bench.seams.streams["gaze"].leave(receiver)
    assert receiver.packets == []


@pytest.mark.parametrize(
    "texts", [("loss:percent=20", "duplicate:percent=20"), ("duplicate:percent=20", "loss")]
)
async def test_counts_of_two_faults_add_up_whichever_came_first(bench, texts) -> None:
    receiver = bench.join()
    async with bench.fault(texts[0]), bench.fault(texts[1]):
        bench.send(1_000)
    counts = bench.counts()
    assert len(set(receiver.sequences)) == 1_000 - counts["lost"]
    assert len(receiver.sequences) == 1_000 - counts["lost"] + counts["duplicated"]


async def test_one_stream_alone_can_be_meant(bench) -> None:
    gaze, events = bench.join("gaze"), bench.join("eye_events")
    async with bench.fault("loss:percent=100,sensor=gaze"):
        bench.send(10, "gaze")
        bench.send(10, "eye_events")
    assert gaze.packets == []
    assert len(events.packets) == 10


async def test_who_joins_later_is_meant_too(bench) -> None:
    async with bench.fault("loss:percent=100"):
        receiver = bench.join()
        bench.send(10)
    assert receiver.packets == []
    bench.send(1)
    assert len(receiver.packets) == 1

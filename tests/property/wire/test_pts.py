from __future__ import annotations

import contextlib
import itertools

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.pts import (
    Announcement,
    Exchange,
    RequestReader,
    SyncNode,
    estimate_offset,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
cuts = st.lists(st.integers(0, 400))


@given(finite, st.integers(1, 65_535))
def test_an_announcement_comes_back(rank, port):
    announcement = Announcement(rank, port)
    assert Announcement.parse(announcement.serialize()) == announcement


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_other_shouts_give_only_our_error(frames):
    with contextlib.suppress(RemoteProtocolError):
        Announcement.parse(frames)


@given(st.lists(st.sampled_from([b"sync", b"ping", b"\0\0\0\0"])), cuts)
def test_any_split_of_questions_asks_for_the_same_answers(questions, at):
    data = b"".join(questions)
    edges = [0, *sorted(min(cut, len(data)) for cut in at), len(data)]
    master = RequestReader()
    answers = sum(master.receive_data(data[a:b]) for a, b in itertools.pairwise(edges))
    assert answers == questions.count(b"sync")


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.floats(1e-5, 1.0), min_size=2, max_size=60),
)
def test_a_network_that_takes_as_long_both_ways_hides_no_offset(offset_s, delays_s):
    seen = [Exchange(0.0, delay_s - offset_s, 2 * delay_s) for delay_s in delays_s]
    assert abs(estimate_offset(seen).offset_s - offset_s) < 1e-9


ranks = st.lists(st.tuples(st.floats(0, 20), st.booleans()), min_size=2, max_size=6)


@given(ranks)
def test_a_group_that_has_heard_all_agrees_about_its_master(settings):
    nodes = [
        SyncNode(bytes([number]) * 16, port=1 + number, tie_breaker=0.5, base_bias=bias)
        for number, (bias, _) in enumerate(settings)
    ]
    for node, (_, has_followed) in zip(nodes, settings, strict=True):
        if has_followed:
            node.synced()
    for to, (number, sender) in itertools.product(nodes, enumerate(nodes)):
        if to is not sender:
            announcement = Announcement(sender.rank, 1 + number)
            to.peer_announced(bytes([number]) * 16, f"{number}", announcement)
    led = [node.master.port if node.master else 1 + number for number, node in enumerate(nodes)]
    assert len(set(led)) == 1

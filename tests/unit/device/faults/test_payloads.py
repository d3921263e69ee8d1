from gazewire.wire.payload.eye_events import KEEPALIVE


async def test_gaze_gets_a_length_that_nobody_knows(bench) -> None:
    receiver = bench.join()
    async with bench.fault("unknown-gaze-length:length=33"):
        bench.send(5, payload=b"x" * 65)
        bench.send(5, payload=b"x" * 9)
    assert receiver.payloads == [b"x" * 33] * 5 + [b"x" * 9 + bytes(24)] * 5
    assert bench.counts() == {"changed": 10}


async def test_some_gaze_can_be_left_as_it_is(bench) -> None:
    receiver = bench.join()
    async with bench.fault("unknown-gaze-length:percent=25"):
        bench.send(400, payload=b"x" * 9)
    assert sum(len(payload) == 33 for payload in receiver.payloads) == bench.counts()["changed"]
    assert 60 < bench.counts()["changed"] < 140


async def test_keep_alive_packets_become_unknown_events_and_events_remain(bench) -> None:
    receiver = bench.join("eye_events")
    async with bench.fault("unknown-eye-event:type=99,length=20"):
        bench.send(1, "eye_events", b"event")
        bench.send(2, "eye_events", KEEPALIVE)
    assert receiver.payloads == [b"event"] + [(99).to_bytes(4) + bytes(16)] * 2
    assert bench.counts("eye_events") == {"changed": 2}

"""The Core network's sockets beside bare pyzmq that does the same, in one run.

    python benchmarks/bench_bus.py [--seconds 4] [--skip load,sync,...]

Ours and a bare `zmq.proxy` with a bare REP echo are processes of their own. Both are asked by the
same plain pyzmq client, in turns, message by message where it can be: whatever else the machine is
busy with meets both. Where the documentation of the Core programs gives a figure, it stands beside.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import zmq
from rivals import WORKERS, Contender, compare, describe_machine

from gazewire.model import Notification
from gazewire.net.bus_client import BlockingBusSubscriber, BusPusher
from gazewire.net.time_sync import TimeSyncFollower, TimeSyncMaster
from gazewire.time import SystemClock, TimeBase
from gazewire.wire.pts import EXCHANGES

TOPIC = b"pupil.0.2d"
PAYLOAD = b"\xc4\xbc" + bytes(188)
"""With the topic, 200 bytes."""

# So that nothing is dropped: queues have room for 1000, and hear of every 500th that was taken out.
WINDOW = 400
TURNS = 32

LOAD_HZ, SINKS = 24_000, 4
VECTOR = Path(__file__).parents[1] / "tests" / "vectors" / "core" / "gaze_3d_binocular.hex"
PEERS_CORE = Path(__file__).parents[1] / ".venvs" / "peers-core" / "bin" / "python"
MSGPACK_PYTHON = Path(os.environ.get("GAZEWIRE_PEERS_CORE", PEERS_CORE))


class Server:
    """A worker that serves a bus and a Remote."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._process = subprocess.Popen(
            [sys.executable, str(WORKERS / "bus_server.py"), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.urls: dict[str, str] = self._hear()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def cpu_s(self) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._hear()["cpu_s"])

    def _hear(self) -> dict:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


class Link:
    """A publisher and a subscriber of a bus, connected."""

    def __init__(self, context: zmq.Context, server: Server, stack: ExitStack) -> None:
        self.publisher = stack.enter_context(context.socket(zmq.PUB))
        self.subscriber = stack.enter_context(context.socket(zmq.SUB))
        self.publisher.linger = 0
        self.publisher.connect(server.urls["pub"])
        self.subscriber.connect(server.urls["sub"])
        self.subscriber.subscribe(TOPIC)
        while not self.subscriber.poll(10):
            self.publisher.send_multipart([TOPIC, b"hello"])
        while self.subscriber.poll(100):
            self.subscriber.recv_multipart()


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def verdict(value: float, bar: float, *, at_least: bool = False) -> str:
    return "yes" if (value >= bar if at_least else value <= bar) else "NO"


def row(
    name: str, texts: list[str], ratio: float, bar: float | None, *, at_least: bool = False
) -> None:
    ours, bare = texts
    limit = fits = ""
    if bar is not None:
        limit = f"{'>=' if at_least else '<='} {bar:4.2f}"
        fits = verdict(ratio, bar, at_least=at_least)
    print(f"| {name:38} | {ours:>20} | {bare:>20} | {ratio:5.2f} | {limit:7} | {fits:3} |")


def head(title: str, *notes: str) -> None:
    print(f"\n{title}\n")
    for note in notes:
        print(note)


def table() -> None:
    print(f"\n| {'':38} | {'gazewire':>20} | {'bare pyzmq':>20} | ratio | bar     | met |")
    print(f"|{'-' * 40}|{'-' * 21}:|{'-' * 21}:|------:|---------|-----|")


# Round trip


def in_turns(acts: list[Callable[[], None]], seconds: float, pause_s: float) -> list[list[float]]:
    """Do things one after the other, over and over; tell how long each took each time."""
    times_s: list[list[float]] = [[] for _ in acts]
    end_s = time.perf_counter() + seconds
    order = list(zip(acts, times_s, strict=True))
    while time.perf_counter() < end_s:
        order.reverse()
        for act, so_far in order:
            begin_s = time.perf_counter()
            act()
            so_far.append(time.perf_counter() - begin_s)
            if pause_s:
                time.sleep(pause_s)
    return times_s


def least_mean_most(times_s: list[float]) -> str:
    figures = (f(times_s) * 1e3 for f in (min, statistics.fmean, max))
    return "  min/mean/max " + " / ".join(f"{figure:.2f}" for figure in figures) + " ms"


def measure_round_trip(servers: list[Server], seconds: float) -> None:
    def round_trip(requester: zmq.Socket) -> Callable[[], None]:
        def act() -> None:
            requester.send(b"t")
            requester.recv()

        return act

    with zmq.Context() as context, ExitStack() as stack:
        acts = []
        for server in servers:
            requester = stack.enter_context(context.socket(zmq.REQ))
            requester.connect(server.urls["remote"])
            acts.append(round_trip(requester))
        in_turns(acts, 0.2, 0)
        # What wakes from a sleep runs on cold caches, which tells more of a machine than of us.
        for name, pause_s, bar in [
            ("`t` round trip", 0.0, 1.25),
            ("`t` round trip, every 3 ms", 0.003, None),
        ]:
            times_s = in_turns(acts, seconds / 2, pause_s)
            ours, bare = (statistics.median(values) * 1e6 for values in times_s)
            texts = [f"median {ours:.0f} us", f"median {bare:.0f} us"]
            row(name, texts, ours / bare, bar)
        said(least_mean_most(times_s[0]), "0.27 / 0.60 / 3.39 ms")


def said(ours: str, theirs: str) -> None:
    print(f"| {ours:61} | {'documented: ' + theirs:>43} |")


# Bus


def throughput(link: Link, seconds: float) -> float:
    sent = received = 0
    frames = [TOPIC, PAYLOAD]
    begin_s = time.perf_counter()
    while time.perf_counter() - begin_s < seconds:
        for _ in range(100):
            link.publisher.send_multipart(frames)
        sent += 100
        while sent - received > WINDOW - 100:
            link.subscriber.recv_multipart()
            received += 1
    while received < sent:
        link.subscriber.recv_multipart()
        received += 1
    return received / (time.perf_counter() - begin_s)


def measure_throughput(servers: list[Server], seconds: float) -> None:
    with zmq.Context() as context, ExitStack() as stack:
        links = [Link(context, server, stack) for server in servers]
        rates: list[list[float]] = [[] for _ in servers]
        for turn in range(TURNS):
            order = list(zip(links, rates, strict=True))
            for link, so_far in order if turn % 2 else reversed(order):
                so_far.append(throughput(link, seconds / TURNS / 2))
        ours, bare = (statistics.median(values) for values in rates)
        texts = [f"{rate:,.0f} /s" for rate in (ours, bare)]
        row("throughput, 200 bytes", texts, ours / bare, 0.95, at_least=True)


def measure_latency(servers: list[Server], seconds: float) -> None:
    def pass_through(link: Link) -> Callable[[], None]:
        def act() -> None:
            link.publisher.send_multipart([TOPIC, PAYLOAD])
            link.subscriber.recv_multipart()

        return act

    with zmq.Context() as context, ExitStack() as stack:
        acts = [pass_through(Link(context, server, stack)) for server in servers]
        times_s = in_turns(acts, seconds, 1 / 480)
        for share in (0.5, 0.99):
            ours, bare = (quantile(values, share) * 1e6 for values in times_s)
            name = f"PUB, bus, SUB every 2 ms, p{share * 100:.0f}"
            row(name, [f"{ours:.0f} us", f"{bare:.0f} us"], ours / bare, 1.1)
        said(least_mean_most(times_s[0]), "0.18 / 0.30 / 0.57 ms")


@contextmanager
def sinks(server: Server, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, str(WORKERS / "bus_sink.py"), server.urls["sub"], TOPIC.decode()]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def load(server: Server, seconds: float, rate_hz: float, count: int) -> tuple[int, float]:
    """Publish at a rate; tell how many deliveries were lost, and the share of a core used."""
    with (
        sinks(server, count) as processes,
        zmq.Context() as context,
        context.socket(zmq.PUB) as publisher,
    ):
        publisher.linger = 0
        publisher.connect(server.urls["pub"])
        waiting = list(processes)
        for process in waiting:
            assert process.stdout is not None
            poller = zmq.Poller()
            poller.register(process.stdout, zmq.POLLIN)
            while not poller.poll(20):
                publisher.send_multipart([TOPIC, b"hello"])
            process.stdout.readline()
        time.sleep(0.2)
        begin_cpu_s, begin_s = server.cpu_s(), time.perf_counter()
        sent, total = 0, int(seconds * rate_hz)
        frames = [TOPIC, PAYLOAD]
        while sent < total:
            due = min(total, int((time.perf_counter() - begin_s) * rate_hz) + 1)
            for _ in range(due - sent):
                publisher.send_multipart(frames)
            sent = due
            time.sleep(0.001)
        time.sleep(0.3)
        cpu = (server.cpu_s() - begin_cpu_s) / (time.perf_counter() - begin_s)
        received = 0
        for process in processes:
            assert process.stdout is not None
            poller = zmq.Poller()
            poller.register(process.stdout, zmq.POLLIN)
            while not poller.poll(20):
                publisher.send_multipart([TOPIC, b"end"])
            received += json.loads(process.stdout.readline())["count"]
        return count * sent - received, cpu


def measure_load(servers: list[Server], seconds: float) -> None:
    print(f"\n| {'':38} | {'gazewire':>20} | {'bare pyzmq':>20} | {'bar':20} | met |")
    print(f"|{'-' * 40}|{'-' * 21}:|{'-' * 21}:|{'-' * 22}|-----|")
    for rate_hz, count, documented in [(480, 1, "3 %"), (LOAD_HZ, SINKS, "38 %")]:
        results = [load(server, seconds, rate_hz, count) for server in servers]
        lost, cpu = results[0]
        texts = [f"lost {lost}, CPU {cpu:.1%}" for lost, cpu in results]
        fits = "yes" if not lost and cpu <= 0.15 else "NO"
        name = f"{rate_hz:,} messages/s to {count}"
        bar = "lost 0, CPU <= 15 %"
        print(f"| {name:38} | {texts[0]:>20} | {texts[1]:>20} | {bar:20} | {fits:3} |")
        said("", f"CPU {documented}")


# Delays


def measure_lateness(server: Server, seconds: float) -> None:
    delays_s = [0.05, 0.1, 0.15, 0.2, 0.25]
    late_ms = []
    with (
        BlockingBusSubscriber(server.urls["sub"], ["notify.bench."]) as subscriber,
        BusPusher(server.urls["push"]) as pusher,
    ):
        chance = random.Random(1)
        count = int(seconds / 0.005)
        due_s = {}
        for number in range(count):
            delay_s = chance.choice(delays_s)
            subject = f"bench.{number}"
            due_s[subject] = time.perf_counter() + delay_s
            pusher.notify(Notification(subject=subject, fields={"delay": delay_s}))
            end_s = time.perf_counter() + 0.005
            while (left_s := end_s - time.perf_counter()) > 0 or (
                number == count - 1 and len(late_ms) < count
            ):
                if (message := subscriber.receive(max(left_s, 0.001))) is not None:
                    subject = message.topic.removeprefix("notify.")
                    late_ms.append((time.perf_counter() - due_s[subject]) * 1e3)
    p99 = quantile(late_ms, 0.99)
    head("Delayed notifications, late by")
    print(
        f"p50 {quantile(late_ms, 0.5):.2f} ms, p99 {p99:.2f} ms, max {max(late_ms):.2f} ms of "
        f"{count}; bar: p99 <= 5 ms: {verdict(p99, 5)}. The incumbent: up to 250 ms."
    )


# Maps


def measure_maps() -> None:
    lines = VECTOR.read_text().splitlines()
    payload = bytes.fromhex("".join(line for line in lines if not line.startswith("#")))
    with tempfile.NamedTemporaryFile(suffix=".msgpack") as source:
        source.write(payload)
        source.flush()
        ours = Contender("gazewire", [sys.executable, str(WORKERS / "map_gazewire.py")])
        rival = None
        if _has_msgpack():
            rival = Contender("msgpack", [str(MSGPACK_PYTHON), str(WORKERS / "map_msgpack.py")])
        title = f"Binocular 3-D gaze, {len(payload)} bytes, written and read"
        if rival is None:
            head(title, "msgpack was not measured: GAZEWIRE_PEERS_CORE has none.")
            return
        compare(title, "maps", Path(source.name), [ours], rival, runs=3)
        ratio = ours.median_ns / rival.median_ns
        print(f"time ratio {ratio:.2f}; bar: <= 1.0: {verdict(ratio, 1.0)}")


def _has_msgpack() -> bool:
    if not MSGPACK_PYTHON.exists():
        return False
    return not subprocess.run(
        [str(MSGPACK_PYTHON), "-c", "import msgpack"], capture_output=True
    ).returncode


# Time sync


async def relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chance: random.Random
) -> None:
    """Pass on what comes, each piece late by 20 ms and an even 0 to 5 ms."""
    try:
        while data := await reader.read(65536):
            await asyncio.sleep(0.02 + chance.uniform(0, 0.005))
            writer.write(data)
    except ConnectionError:
        pass
    finally:
        writer.close()


async def incumbent_offset_s(port: int, clock: SystemClock, timebase: TimeBase) -> float:
    """As the incumbent reckons: from when it asked, instead of from the middle."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    exchanges = []
    for _ in range(EXCHANGES):
        sent_s = timebase.core_s(clock.unix_ns())
        writer.write(b"sync")
        (master_s,) = struct.unpack("<d", await reader.readexactly(8))
        received_s = timebase.core_s(clock.unix_ns())
        offset_s = sent_s - (master_s + (received_s - sent_s) / 2)
        exchanges.append((received_s - sent_s, offset_s))
    writer.close()
    exchanges.sort()
    return statistics.fmean(offset_s for _, offset_s in exchanges[: int(EXCHANGES * 0.69)])


async def measure_sync() -> None:
    clock, chance = SystemClock(), random.Random(1)
    ours, theirs = TimeBase.from_boot(clock), TimeBase.from_boot(clock)
    ours.turn_back(-3_141_592_653)
    true_s = (theirs.zero_unix_ns - ours.zero_unix_ns) / 1e9

    links = []

    async def link(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        links.append(asyncio.current_task())
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", master.port)
        await asyncio.gather(relay(reader, far_writer, chance), relay(far_reader, writer, chance))

    async with TimeSyncMaster(clock, theirs) as master:
        server = await asyncio.start_server(link, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        estimate = await TimeSyncFollower(clock, ours).measure("127.0.0.1", port)
        incumbent_s = await incumbent_offset_s(port, clock, ours)
        server.close()
        await asyncio.wait(links)
    error_ms = abs(estimate.offset_s - true_s) * 1e3
    head("Time sync at 20 ms one way and an even 0 to 5 ms on top, one round")
    print(
        f"wrong by {error_ms:.3f} ms; bar: < 1 ms: {verdict(error_ms, 1)}. "
        f"The incumbent's formula: {abs(incumbent_s - true_s) * 1e3:.1f} ms."
    )


PARTS = ("trip", "throughput", "latency", "load", "late", "maps", "sync")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="for each figure and side")
    parser.add_argument("--skip", default="", help=f"some of {','.join(PARTS)}")
    arguments = parser.parse_args()
    skipped = set(arguments.skip.split(","))
    seconds = arguments.seconds
    print(describe_machine() + f", libzmq {zmq.zmq_version()}, pyzmq {zmq.__version__}")
    with Server("gazewire") as ours, Server("bare") as bare:
        servers = [ours, bare]
        if not {"trip", "throughput", "latency"} <= skipped:
            table()
        if "trip" not in skipped:
            measure_round_trip(servers, 2 * seconds)
        if "throughput" not in skipped:
            measure_throughput(servers, 2 * seconds)
        if "latency" not in skipped:
            measure_latency(servers, 2 * seconds)
        if "load" not in skipped:
            measure_load(servers, seconds)
        if "late" not in skipped:
            measure_lateness(ours, seconds)
    if "maps" not in skipped:
        measure_maps()
    if "sync" not in skipped:
        asyncio.run(measure_sync())


if __name__ == "__main__":
    main()

from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.dns import (
    ADDRESS,
    AUTHORITATIVE,
    POINTER,
    RESPONSE,
    SERVICE,
    TEXT,
    DnsMessage,
    DnsName,
    DnsQuestion,
    DnsRecord,
    DnsService,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "dns"
HTTP = DnsName.from_text("_http._tcp.local.")
DEVICE = DnsName((b"PI monitor:N:d55a33b5ab845785", *HTTP.labels))
HOST = DnsName.from_text("neon.local.")

QUERY = DnsMessage(flags=0x0100, questions=(DnsQuestion(HTTP, POINTER),))
ANSWER = DnsMessage(
    id=0xBEEF,
    flags=RESPONSE | AUTHORITATIVE,
    questions=(DnsQuestion(HTTP, POINTER),),
    answers=(
        DnsRecord(HTTP, POINTER, 10, DEVICE),
        DnsRecord(DEVICE, SERVICE, 10, DnsService(8080, HOST)),
        DnsRecord(DEVICE, TEXT, 10, b"\0"),
        DnsRecord(HOST, ADDRESS, 10, bytes([10, 0, 0, 2])),
    ),
)


@pytest.mark.parametrize(("case", "message"), [("unity_query", QUERY), ("legacy_answer", ANSWER)])
def test_a_message_is_read_and_written(case: str, message: DnsMessage) -> None:
    data = load_vector(VECTORS / f"{case}.hex")
    assert DnsMessage.parse(data) == message
    assert message.serialize() == data


@pytest.mark.parametrize(
    "vector", sorted(VECTORS.glob("invalid_*.hex")), ids=lambda path: path.stem
)
def test_a_malformed_message_is_blamed_on_its_sender(vector: Path) -> None:
    with pytest.raises(RemoteProtocolError):
        DnsMessage.parse(load_vector(vector))


def test_every_message_cut_short_is_malformed() -> None:
    data = load_vector(VECTORS / "legacy_answer.hex")
    for size in range(len(data)):
        with pytest.raises(RemoteProtocolError):
            DnsMessage.parse(data[:size])


def test_the_library_that_answers_the_rest_reads_the_same() -> None:
    zeroconf = pytest.importorskip("zeroconf")
    incoming = zeroconf.DNSIncoming(ANSWER.serialize())
    assert incoming.valid
    pointer, service, text, address = incoming.answers()
    assert (pointer.name, pointer.alias) == (str(HTTP), str(DEVICE))
    assert (service.name, service.server, service.port) == (str(DEVICE), str(HOST), 8080)
    assert text.text == b"\0"
    assert (address.name, address.address) == (str(HOST), bytes([10, 0, 0, 2]))
    assert {record.ttl for record in incoming.answers()} == {10}
    assert not any(record.unique for record in incoming.answers())


def test_a_name_is_made_of_text_and_back() -> None:
    name = DnsName.from_text("PI monitor:Bürö:1._http._tcp.local")
    assert name.labels == ("PI monitor:Bürö:1".encode(), b"_http", b"_tcp", b"local")
    assert str(name) == "PI monitor:Bürö:1._http._tcp.local."
    assert DnsName.from_text("") == DnsName.from_text(".") == DnsName(())


def test_names_are_the_same_in_either_case_of_ascii_letters() -> None:
    assert DnsName.from_text("NEON.Local.").is_same(HOST)
    assert not DnsName.from_text("neön.local.").is_same(DnsName.from_text("neÖn.local."))
    assert not HOST.is_same(DnsName.from_text("local."))


@pytest.mark.parametrize("text", ["a" * 64, "a..b", ".a", ".".join(["a" * 63] * 4)])
def test_a_name_that_cannot_be_is_our_mistake(text: str) -> None:
    with pytest.raises(LocalProtocolError):
        DnsName.from_text(text)


def test_the_longest_name_is_read_and_a_longer_one_is_not() -> None:
    label = b"\x3f" + b"a" * 63
    longest = label * 3 + b"\x3d" + b"a" * 61
    head = bytes([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    tail = b"\0" + bytes([0, POINTER, 0, 1])
    [question] = DnsMessage.parse(head + longest + tail).questions
    assert len(question.name.labels) == 4
    with pytest.raises(RemoteProtocolError, match="255"):
        DnsMessage.parse(head + longest + b"\x01a" + tail)


def test_a_message_with_too_many_entries_is_malformed() -> None:
    questions = (DnsQuestion(DnsName(()), POINTER),)
    DnsMessage.parse(DnsMessage(questions=questions * 256).serialize())
    with pytest.raises(RemoteProtocolError, match="257"):
        DnsMessage.parse(DnsMessage(questions=questions * 257).serialize())


def test_a_message_too_long_for_a_datagram_is_malformed_and_never_written() -> None:
    with pytest.raises(RemoteProtocolError, match="9000"):
        DnsMessage.parse(bytes(9_000))
    for size in (9_000, 70_000):
        with pytest.raises(LocalProtocolError):
            DnsMessage(answers=(DnsRecord(HOST, TEXT, 10, bytes(size)),)).serialize()


@pytest.mark.parametrize(
    "message",
    [
        DnsMessage(id=0x10000),
        DnsMessage(flags=-1),
        DnsMessage(questions=(DnsQuestion(HOST, 0x10000),)),
        DnsMessage(answers=(DnsRecord(HOST, TEXT, 1 << 32, b""),)),
        DnsMessage(answers=(DnsRecord(HOST, SERVICE, 10, DnsService(65536, HOST)),)),
    ],
)
def test_a_number_that_does_not_fit_is_our_mistake(message: DnsMessage) -> None:
    with pytest.raises(LocalProtocolError, match="does not fit"):
        message.serialize()

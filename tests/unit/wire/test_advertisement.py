from __future__ import annotations

from pathlib import Path

import pytest

from gazewire.testing.vectors import load_vector
from gazewire.wire.advertisement import Advertisement
from gazewire.wire.dns import (
    ADDRESS,
    ANY,
    POINTER,
    RESPONSE,
    SERVICE,
    TEXT,
    DnsMessage,
    DnsName,
    DnsQuestion,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "dns"
NAME = "PI monitor:N:d55a33b5ab845785._http._tcp.local."
DEVICE = Advertisement(NAME, "neon.local.", 8080, ("10.0.0.2",))
AAAA = 28


def ask(*questions: tuple[str, int], flags: int = 0x0100, class_: int = 1) -> DnsMessage:
    return DnsMessage(
        id=7,
        flags=flags,
        questions=tuple(
            DnsQuestion(DnsName.from_text(name), kind, class_) for name, kind in questions
        ),
    )


def kinds(answer: DnsMessage | None) -> list[int]:
    assert answer is not None
    return [record.kind for record in answer.answers]


def test_unity_is_answered_to_the_byte() -> None:
    query = bytearray(load_vector(VECTORS / "unity_query.hex"))
    query[:2] = b"\xbe\xef"
    answer = DEVICE.answer(DnsMessage.parse(bytes(query)))
    assert answer is not None
    assert answer.serialize() == load_vector(VECTORS / "legacy_answer.hex")


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("_http._tcp.local.", POINTER, [POINTER, SERVICE, TEXT, ADDRESS]),
        ("_HTTP._TCP.Local.", POINTER, [POINTER, SERVICE, TEXT, ADDRESS]),
        ("_http._tcp.local.", ANY, [POINTER, SERVICE, TEXT, ADDRESS]),
        (NAME, SERVICE, [SERVICE, ADDRESS]),
        (NAME, TEXT, [TEXT]),
        (NAME, ANY, [SERVICE, TEXT, ADDRESS]),
        ("neon.local.", ADDRESS, [ADDRESS]),
        ("neon.local.", ANY, [ADDRESS]),
        ("_services._dns-sd._udp.local.", POINTER, [POINTER]),
    ],
)
def test_a_question_is_answered_with_all_that_it_leads_to(
    name: str, kind: int, told: list[int]
) -> None:
    assert kinds(DEVICE.answer(ask((name, kind)))) == told


@pytest.mark.parametrize(
    "query",
    [
        ask(),
        ask(("_ipp._tcp.local.", POINTER)),
        ask(("_http._tcp.local.", SERVICE)),
        ask(("neon.local.", AAAA)),
        ask(("pi.local.", ADDRESS)),
        ask(("_http._tcp.local.", POINTER), class_=3),
        ask(("_http._tcp.local.", POINTER), flags=RESPONSE),
        ask(("_http._tcp.local.", POINTER), flags=0x2800),
    ],
    ids=["nothing", "printers", "kind", "IPv6", "another host", "class", "response", "update"],
)
def test_what_is_not_ours_to_answer_is_left_alone(query: DnsMessage) -> None:
    assert DEVICE.answer(query) is None


def test_id_and_questions_are_repeated_as_they_came() -> None:
    query = ask(("_HTTP._tcp.local.", POINTER), ("printer.local.", ADDRESS), class_=0x8001)
    answer = DEVICE.answer(query)
    assert answer is not None
    assert (answer.id, answer.questions) == (query.id, query.questions)


def test_several_questions_get_each_record_once() -> None:
    answer = DEVICE.answer(ask((NAME, SERVICE), ("neon.local.", ADDRESS), (NAME, TEXT)))
    assert kinds(answer) == [SERVICE, ADDRESS, TEXT]


def test_all_addresses_are_told_in_their_order() -> None:
    device = Advertisement(NAME, "neon.local.", 8080, ("10.0.0.2", "192.168.1.2"))
    answer = device.answer(ask(("neon.local.", ADDRESS)))
    assert answer is not None
    assert [record.data for record in answer.answers] == [
        bytes([10, 0, 0, 2]),
        bytes([192, 168, 1, 2]),
    ]

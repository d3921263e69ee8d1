from __future__ import annotations

import ssl

import pytest

from gazewire.client.streaming.request import StreamRequest
from gazewire.errors import LocalProtocolError

URL = "rtsp://10.0.0.2:8086/?camera=gaze"


def test_the_time_limit_is_for_connecting_answers_and_silence() -> None:
    policy = StreamRequest(URL, 7).options().policy
    assert policy.connect_timeout_s == policy.answer_timeout_s == policy.silence_s == 7


def test_a_short_time_limit_leaves_time_to_try_tcp() -> None:
    policy = StreamRequest(URL, timeout=1).options().policy
    assert policy.fallback_s < policy.silence_s


def test_where_there_is_another_try_each_is_short() -> None:
    options = StreamRequest(URL, run_loop=True).options()
    assert options.keep_alive
    assert options.policy.connect_timeout_s < 10
    assert options.policy.silence_s == 10
    assert StreamRequest(URL, 1, run_loop=True).options().policy.connect_timeout_s == 1


@pytest.mark.parametrize(
    ("url", "over_tcp"),
    [(URL, False), (URL.replace("rtsp", "rtspt"), True), (URL.replace("rtsp", "RTSPS"), True)],
)
def test_the_scheme_chooses_the_way(url: str, over_tcp: bool) -> None:
    transport = StreamRequest(url).options().transport
    assert transport.over_tcp is over_tcp
    assert transport.is_free is not over_tcp


def test_how_to_encrypt_is_passed_on() -> None:
    context = ssl.create_default_context()
    assert StreamRequest(URL, ssl=context).options().tls is context


def test_what_is_no_url_is_the_callers_mistake() -> None:
    with pytest.raises(LocalProtocolError):
        StreamRequest("10.0.0.2").options()

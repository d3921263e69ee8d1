from __future__ import annotations

from gazewire.client import zmq_tools


def test_a_star_import_brings_what_published_scripts_use() -> None:
    names: dict[str, object] = {}
    exec("from gazewire.client.zmq_tools import *", names)
    for name in ("zmq", "serializer", "Msg_Receiver", "Msg_Streamer", "Msg_Dispatcher"):
        assert names[name] is getattr(zmq_tools, name)
    assert hasattr(names["zmq"], "Context")

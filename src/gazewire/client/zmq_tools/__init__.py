"""Sockets of the Core bus under the names that published scripts import from ``zmq_tools``.

    from gazewire.client.zmq_tools import *

    ctx = zmq.Context()
    monitor = Msg_Receiver(ctx, "tcp://127.0.0.1:37171", topics=("notify.",))
    topic, fields = monitor.recv()

Whoever begins afresh has `gazewire.client.core`.
"""

from gazewire.errors import MissingExtraError

try:
    from gazewire.net._zmq import zmq
except MissingExtraError as error:
    # Less than what its servers need.
    raise MissingExtraError("core") from error

from gazewire.client.zmq_tools import serializer
from gazewire.client.zmq_tools.pair import Msg_Pair_Base, Msg_Pair_Client, Msg_Pair_Server
from gazewire.client.zmq_tools.receiver import Msg_Receiver
from gazewire.client.zmq_tools.streamer import Msg_Dispatcher, Msg_Streamer, ZMQ_handler
from gazewire.client.zmq_tools.zmq_socket import ZMQ_Socket

__all__ = [
    "Msg_Dispatcher",
    "Msg_Pair_Base",
    "Msg_Pair_Client",
    "Msg_Pair_Server",
    "Msg_Receiver",
    "Msg_Streamer",
    "ZMQ_Socket",
    "ZMQ_handler",
    "serializer",
    "zmq",
]

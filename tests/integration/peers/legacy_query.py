"""Finds devices as the Unity client does: one plain DNS query, and nothing read but the answers."""

import json
import socket
import struct
import urllib.request
from typing import Any

from reporting import report

SOURCE_PORT = 52634
GROUP = ("224.0.0.251", 5353)
QUERY = struct.pack(">6H", 0, 0x0100, 1, 0, 0, 0) + b"\5_http\4_tcp\5local\0" + b"\0\x0c\0\1"
TRIES = 3
SILENCE_S = 1.0
LIMIT_S = 5.0

A, TXT, SRV = 1, 16, 33


def read_name(data: bytes, offset: int) -> tuple[str, int]:
    labels = []
    end = None
    while (length := data[offset]) != 0:
        if length >= 0xC0:
            end = end or offset + 2
            offset = (length & 0x3F) << 8 | data[offset + 1]
        else:
            labels.append(data[offset + 1 : offset + 1 + length].decode())
            offset += 1 + length
    return ".".join(labels), end or offset + 1


def read_answers(data: bytes) -> dict[str, Any]:
    message_id, flags, questions, answers, *others = struct.unpack_from(">6H", data)
    found: dict[str, Any] = {"id": message_id, "flags": flags, "others": others, "ttls": []}
    offset = 12
    for _ in range(questions):
        _, offset = read_name(data, offset)
        offset += 4
    for _ in range(answers):
        name, offset = read_name(data, offset)
        kind, klass, ttl, size = struct.unpack_from(">HHIH", data, offset)
        offset += 10
        if kind == A:
            found["address"] = socket.inet_ntoa(data[offset : offset + size])
        elif kind == TXT:
            found["text_of"] = name
        elif kind == SRV:
            (found["port"],) = struct.unpack_from(">H", data, offset + 4)
            found["host"], _ = read_name(data, offset + 6)
        found["ttls"].append(ttl)
        found["class"] = klass
        offset += size
    return found


def look_at(device: dict[str, Any]) -> dict[str, Any]:
    url = f"http://{device['address']}:{device['port']}/api/status"
    with urllib.request.urlopen(url, timeout=LIMIT_S) as answer:
        components = json.load(answer)["result"]
    ports = {}
    for component in components:
        data = component["data"]
        if component["model"] == "Phone":
            device["device_name"] = data["device_name"]
        elif component["model"] == "Sensor":
            ports[data["conn_type"]] = data["port"]
    return device | {"ports": ports}


def main(count: int) -> list[dict[str, Any]]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind(("", SOURCE_PORT))
        asking.settimeout(SILENCE_S)
        for _ in range(TRIES):
            asking.sendto(QUERY, GROUP)
            try:
                while len(found) < count:
                    found.append(read_answers(asking.recv(9000)))
                break
            except TimeoutError:
                found.clear()
    return [look_at(device) for device in found]


report(main)

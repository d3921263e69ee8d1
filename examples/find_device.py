"""A device found without multicast: by its address or name, or by asking everybody.

Usage: ``python find_device.py [ADDRESS[:PORT] | NETWORK]``

A network is written ``192.168.1.0/24``; without an argument those of this machine are asked. That
is a port scan: ask whoever runs the network first.
"""

import sys

from gazewire.client.simple.discovery import find_device, probe_subnet
from gazewire.errors import GazewireError


def main(where: str | None = None) -> None:
    if where is None or "/" in where:
        devices = probe_subnet(where)
        for found in devices:
            print(f"{found.name} at {found.addresses[0]}:{found.port}")
        if not devices:
            sys.exit("nobody answers as a device does")
        return
    try:
        with find_device(where) as device:
            print(f"{device.phone_name} at {device.address}:{device.port}")
    except GazewireError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The bytes of a gaze packet, taken apart: the payload's length tells what is in it.

Usage: ``python parse_gaze.py [HEX ...]``
"""

import sys

from gazewire.errors import RemoteProtocolError
from gazewire.wire.payload import parse_gaze

SAMPLES = (
    "444403fe44065cf5ff",  # a point, worn
    "44543cb943ed3b5600445fc71843ee9a71444834d243eaac98",  # and a point from each eye, not worn
    "444403fe44065cf5ff0000",  # two bytes that no known format has: kept apart
    "444403fe",  # cut off
)


def main(*payloads: str) -> None:
    for text in payloads or SAMPLES:
        try:
            # The payload holds no time: that is in the header of the packet around it.
            gaze = parse_gaze(bytes.fromhex(text), timestamp_unix_ns=0)
        except RemoteProtocolError as error:
            print(f"refused: {error}")
            continue
        datum = gaze.datum
        print(f"{gaze.format.name}: ({datum.x_px:.1f}, {datum.y_px:.1f}) px, worn {datum.worn}")
        if datum.left_px and datum.right_px:
            print("  left ({:.1f}, {:.1f}) px".format(*datum.left_px))
            print("  right ({:.1f}, {:.1f}) px".format(*datum.right_px))
        if gaze.tail:
            print(f"  and {len(gaze.tail)} bytes that this version does not know")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""How loud it is around the wearer, several times a second.

Usage: ``python sound_level.py [ADDRESS [PORT]]``

To hear it, give the samples of ``sound.to_resampled_ndarray()`` to
`gazewire.client.audio_player.AudioPlayer`, which needs ``pip install gazewire[audio]``.
"""

import sys

import numpy as np

from gazewire.client.simple import Device
from gazewire.client.streaming.audio import AudioNotAvailableError

PIECES = 16
MOST_DB = 60


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    with Device(address, int(port)) as device:
        try:
            for number, sound in enumerate(device.audio(), start=1):
                samples = sound.to_ndarray()  # (channels, samples) of -1 to 1
                level = np.sqrt(np.mean(np.square(samples, dtype=np.float64)))
                level_db = max(20 * np.log10(level), -MOST_DB) if level else -MOST_DB
                bar = "#" * round(MOST_DB + level_db)
                print(f"{sound.datetime:%H:%M:%S.%f}  {level_db:6.1f} dB  {bar}")
                if number == PIECES:
                    return
        except AudioNotAvailableError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])

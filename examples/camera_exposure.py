"""The scene camera's exposure: read, set by hand, and automatic again.

Usage: ``python camera_exposure.py [ADDRESS [PORT]]``

The camera can be asked and set while it streams.
"""

import sys

from gazewire.client.simple import Device

TIMEOUT_S = 10


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    with Device(address, int(port)) as device:
        if device.receive_scene_video_frame(TIMEOUT_S) is None:
            sys.exit(f"no picture came within {TIMEOUT_S} s")
        before = device.get_camera_state()
        exposure = before.man_exp
        print(f"exposure {before.ae_mode.current_value}, {exposure.current_value}")
        print(f"by hand: {exposure.value_min} to {exposure.value_max}")
        shortest = exposure.value_min
        # What the camera does not allow is a ValueError here, and is not sent.
        device.set_camera_state(ae_mode="manual", man_exp=shortest, validate_with_state=before)
        now = device.get_camera_state()
        print(f"exposure {now.ae_mode.current_value}, {now.man_exp.current_value}")
        device.set_camera_state(ae_mode="auto")
        print(f"exposure {device.get_camera_state().ae_mode.current_value}")


if __name__ == "__main__":
    main(*sys.argv[1:])

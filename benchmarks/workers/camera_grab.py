"""Takes all images of emulated Basler cameras, and does nothing with them; tells what that costs.

PYLON_CAMEMU=8 python camera_grab.py COUNT WIDTH HEIGHT RATE SECONDS
"""

from __future__ import annotations

import json
import sys
import threading
import time

from pypylon import pylon

COUNT, WIDTH, HEIGHT = map(int, sys.argv[1:4])
RATE_HZ, SECONDS = map(float, sys.argv[4:6])


def opened(device):
    camera = pylon.InstantCamera(pylon.TlFactory.GetInstance().CreateDevice(device))
    camera.Open()
    camera.PixelFormat.Value = "Mono8"
    camera.Width.Value, camera.Height.Value = WIDTH, HEIGHT
    camera.AcquisitionFrameRateEnable.Value = True
    camera.AcquisitionFrameRateAbs.Value = RATE_HZ
    camera.MaxNumBuffer.Value = 16
    camera.StartGrabbing(pylon.GrabStrategy_OneByOne)
    return camera


def main() -> None:
    devices = pylon.TlFactory.GetInstance().EnumerateDevices()[:COUNT]
    cameras = [opened(device) for device in devices]
    counts = [0] * len(cameras)
    ended = threading.Event()

    def take(number: int) -> None:
        while not ended.is_set():
            result = cameras[number].RetrieveResult(500, pylon.TimeoutHandling_Return)
            if result.IsValid():
                counts[number] += result.GrabSucceeded()
                result.Release()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(len(cameras))]
    for thread in threads:
        thread.start()
    time.sleep(2)
    before, began, began_cpu = sum(counts), time.monotonic(), time.process_time()
    time.sleep(SECONDS)
    elapsed_s = time.monotonic() - began
    cores = (time.process_time() - began_cpu) / elapsed_s
    rate_hz = (sum(counts) - before) / elapsed_s
    ended.set()
    for thread in threads:
        thread.join()
    for camera in cameras:
        camera.Close()
    print(json.dumps({"cores": cores, "rate_hz": rate_hz}))


if __name__ == "__main__":
    main()

"""GStreamer's RTSP server with the scene video of the same footage, one pipeline for all clients.

Runs on any Python with GStreamer's bindings; like `fanout_device.py` it prints one line of JSON
when it is ready, and another when its standard input ends. It does not tell what it dropped.

Usage: fanout_gstreamer.py VIDEO RATE_HZ      (VIDEO: H.264 with start codes, long enough)
"""

from __future__ import annotations

import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
video, rate_hz = sys.argv[1:]
factory = GstRtspServer.RTSPMediaFactory()
# In time with the pipeline's clock, in packets as long as ours.
factory.set_launch(
    f"( filesrc location={video} ! video/x-h264,stream-format=byte-stream,framerate={rate_hz}/1 ! "
    "h264parse ! rtph264pay name=pay0 pt=96 mtu=1272 )"
)
factory.set_shared(True)
factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
server.get_mount_points().add_factory("/", factory)
server.attach(None)
loop = GLib.MainLoop()
threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
print(json.dumps({"port": server.get_bound_port()}), flush=True)
loop.run()
print(json.dumps({"dropped": None}), flush=True)

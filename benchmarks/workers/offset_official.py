"""Means of time offsets, by the official client's own class.

Reads one JSON list of lists from standard input: offsets of single rounds in whole milliseconds.
Prints the JSON list of their means.
"""

import json
import sys

from pupil_labs.realtime_api.time_echo import Estimate

print(json.dumps([Estimate(offsets_ms).mean for offsets_ms in json.load(sys.stdin)]))

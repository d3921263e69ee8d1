"""The online classifier as a callable for the scoring script of the labelled recordings.

cd benchmarks
python $GAZEWIRE_DATA/eval_movements.py online_movements:online --baseline
python $GAZEWIRE_DATA/eval_movements.py online_movements:online_50_ms
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gazewire.motion.online import OnlineClassifier
from gazewire.motion.online_settings import OnlineSettings

__all__ = ["online", "online_50_ms"]

Floats = NDArray[np.float64]


def online(t_s: Floats, x_deg: Floats, y_deg: Floats) -> NDArray[np.int64]:
    return _labels(t_s, x_deg, y_deg, OnlineSettings())


def online_50_ms(t_s: Floats, x_deg: Floats, y_deg: Floats) -> NDArray[np.int64]:
    return _labels(t_s, x_deg, y_deg, OnlineSettings(delay_s=0.05))


def _labels(
    t_s: Floats, x_deg: Floats, y_deg: Floats, settings: OnlineSettings
) -> NDArray[np.int64]:
    classifier = OnlineClassifier(settings)
    instants = 1 + np.round(t_s * 1e9).astype(np.int64)
    told = []
    for sample in zip(instants.tolist(), x_deg.tolist(), y_deg.tolist(), strict=True):
        told += classifier.take(*sample)
    told += classifier.finish()
    return np.array([sample.label for sample in told])

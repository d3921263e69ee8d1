"""Annotations need no plugin here: the recorder keeps them. Clients start one all the same."""

from __future__ import annotations

from typing import Any

import msgspec

from gazewire.service.plugin import Plugin, PluginContext, PluginType

__all__ = ["ANNOTATION_CAPTURE"]


class _AnnotationArgs(msgspec.Struct, frozen=True, kw_only=True):
    # Any: labels and hotkeys, for which there are no keys here.
    annotation_definitions: list[Any] = []


def _start(context: PluginContext, args: _AnnotationArgs) -> Plugin:
    return Plugin()


ANNOTATION_CAPTURE = PluginType("Annotation_Capture", _AnnotationArgs, _start)

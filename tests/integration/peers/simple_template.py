"""The simple client reads a template, answers it in both formats and is held to its rules."""

from typing import Any

from pupil_labs.realtime_api.device import DeviceError
from pupil_labs.realtime_api.models import InvalidTemplateAnswersError
from pupil_labs.realtime_api.simple import Device
from reporting import report


def failure(call: Any, *arguments: Any) -> str | None:
    try:
        call(*arguments)
    except (DeviceError, InvalidTemplateAnswersError) as error:
        return type(error).__name__
    return None


def main(port: int) -> dict[str, Any]:
    device = Device("127.0.0.1", port)
    try:
        template = device.get_template()
        ids = {item.title: str(item.id) for item in template.items}
        seen: dict[str, Any] = {
            "widgets": [item.widget_type for item in template.items],
            "required": [item.title for item in template.items if item.required],
            "ids": ids,
            "before_api": device.get_template_data(template_format="api"),
            "before_simple": device.get_template_data(template_format="simple"),
            "start_unanswered": failure(device.recording_start),
        }
        # The client holds stored [""] of an optional choice against the caller, so both are named.
        chosen = {ids["Light"]: ["lamps"], ids["Visual aids"]: ["glasses", "contact lenses"]}
        seen["required_missing"] = failure(device.post_template_data, chosen, "api")
        seen["posted_api"] = device.post_template_data(
            {ids["Task"]: ["search"], ids["Trial"]: ["3"], **chosen}, template_format="api"
        )
        seen["posted_simple"] = device.post_template_data(
            {
                ids["Task"]: "free viewing",
                ids["Trial"]: 42,
                ids["Distance to the screen"]: 0.65,
                ids["Remarks"]: "a text\nof two lines",
                ids["Light"]: ["dark"],
                ids["Visual aids"]: [],
            },
            template_format="simple",
        )
        seen["wrong_choice"] = failure(
            device.post_template_data, {**chosen, ids["Light"]: ["neon"]}, "api"
        )
        seen["after_api"] = device.get_template_data(template_format="api")
        seen["recorded"] = device.recording_start()
        device.recording_stop_and_save()
        return seen
    finally:
        device.close()


report(main)

"""The asynchronous client answers a template, and controls the camera while it receives."""

import asyncio
from dataclasses import asdict
from typing import Any

from pupil_labs.realtime_api import Device, receive_video_frames
from pupil_labs.realtime_api.device import DeviceError
from pupil_labs.realtime_api.models import InvalidTemplateAnswersError
from reporting import report

LIMIT_S = 20


async def use(port: int) -> dict[str, Any]:
    async with Device("127.0.0.1", port) as device:
        template = await device.get_template()
        ids = {item.title: str(item.id) for item in template.items}
        seen: dict[str, Any] = {"before": await device.get_template_data()}
        required_missing = {ids["Task"]: "", ids["Light"]: ["dark"], ids["Visual aids"]: []}
        try:
            await device.post_template_data(required_missing)
        except InvalidTemplateAnswersError as error:
            seen["required_missing"] = [detail["loc"][0] for detail in error.errors]
        seen["posted"] = await device.post_template_data(
            {
                ids["Task"]: ["reading"],
                ids["Light"]: ["dark"],
                ids["Visual aids"]: ["glasses"],
            },
            template_format="api",
        )
        seen["serial"] = (await device.get_calibration()).serial
        try:
            await device.get_camera_state()
        except DeviceError as error:
            seen["status_before_stream"] = error.args[0]
        world = (await device.get_status()).direct_world_sensor()
        async with asyncio.timeout(LIMIT_S):
            async for _ in receive_video_frames(world.url):
                await device.set_camera_state(ae_mode="manual", man_exp=200)
                seen["camera"] = asdict(await device.get_camera_state())
                break
        seen["ids"] = ids
        return seen


report(lambda port: asyncio.run(use(port)))

import pytest

from gazewire.client.models import APIPath


@pytest.mark.parametrize(
    ("path", "arguments", "url"),
    [
        (APIPath.STATUS, ("192.168.1.21", 8080), "http://192.168.1.21:8080/api/status"),
        (APIPath.STATUS, ("neon.local.", 8080, "ws"), "ws://neon.local.:8080/api/status"),
        (APIPath.EVENT, ("fe80::1", 80), "http://[fe80::1]:80/api/event"),
        (APIPath.CALIBRATION, ("h", 1), "http://h:1/api/../calibration.bin"),
        (APIPath.RECORDING_START, ("h", 1, "http", ""), "http://h:1/recording:start"),
    ],
)
def test_an_address_is_written(path: APIPath, arguments: tuple, url: str) -> None:
    assert path.full_address(*arguments) == url

"""The mains frequency as the kernel wants it."""

from pathlib import Path

from firmware_bridge.camera.v4l2 import CONTROL_STRUCT, POWER_LINE_MENU, V4L2_CID_POWER_LINE_FREQUENCY, set_power_line


def test_the_control_is_laid_out_as_in_videodev2_h() -> None:
    assert (
        CONTROL_STRUCT.pack(V4L2_CID_POWER_LINE_FREQUENCY, POWER_LINE_MENU[60]) == b"\x18\x09\x98\x00\x02\x00\x00\x00"
    )


def test_what_is_no_camera_does_not_take_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not set_power_line(str(tmp_path / "file"), 50)
    assert not set_power_line(str(tmp_path / "nothing"), 50)

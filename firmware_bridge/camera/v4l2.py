"""The one camera setting that OpenCV has no name for: the mains frequency at which lamps flicker."""

import fcntl
import os
import struct
from typing import Literal

# linux/videodev2.h: _IOWR('V', 28, struct v4l2_control { __u32 id; __s32 value; })
VIDIOC_S_CTRL = 0xC008561C
CONTROL_STRUCT = struct.Struct("=Ii")
V4L2_CID_POWER_LINE_FREQUENCY = 0x00980918
POWER_LINE_MENU = {50: 1, 60: 2}  # enum v4l2_power_line_frequency


def set_power_line(path: str, hz: Literal[50, 60]) -> bool:
    """Set the mains frequency in the camera at `path`; False if its driver does not accept it."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.ioctl(fd, VIDIOC_S_CTRL, CONTROL_STRUCT.pack(V4L2_CID_POWER_LINE_FREQUENCY, POWER_LINE_MENU[hz]))
    except OSError:
        return False
    finally:
        os.close(fd)
    return True

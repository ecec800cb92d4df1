"""What the bridge finds wrong with noren.toml before it begins: faults of frame and region together."""

from collections.abc import Iterator

from edge.config.toml_schema import CameraDevice, Config, is_valid_region
from edge.validation.fault import Fault

MIN_REGION_PX = (
    32  # pixels of a region each way: an EAN-13 has 95 modules, so a smaller one holds no code at any distance
)


def config_faults(config: Config) -> Iterator[Fault]:
    """Every fault. A device that is not plugged in is no fault: it may come at any time."""
    for number, device in enumerate(config.devices):
        if isinstance(device, CameraDevice) and device.region is not None and is_valid_region(device.region):
            left, top, right, bottom = device.region
            width, height = round((right - left) * device.width), round((bottom - top) * device.height)
            if min(width, height) < MIN_REGION_PX:
                what = f"expected a region of at least {MIN_REGION_PX} pixels each way, got {width} x {height}"
                yield Fault(f"devices[{number}].region", f"{what} of {device.width} x {device.height}")

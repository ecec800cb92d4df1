"""The bridge: every device of the settings to rows of `scans`, one thread a device, and a broom."""

from functools import partial
from pathlib import Path

from edge.config import Config
from edge.only_one import only_one
from edge.service import run
from edge.store import open_store
from firmware_bridge import broom
from firmware_bridge.generations import Generations


def main(config: Config) -> int:
    """Live until asked to stop; the process's exit code. Raises BadConfig where it must not even begin."""
    data = Path(config.store.data)
    with open_store(data) as db:
        devices = Generations(config, db)
    with only_one("bridge", data):
        _forget_pictures(data)
        return run({"devices": devices.work, "the broom": partial(broom.work, data)})


def _forget_pictures(data: Path) -> None:
    """Take away what cameras saw before a kill -9, also of cameras that are unplugged or gone: it may show people.

    A `.new` is a picture the kill caught half written.
    """
    for kind in ("jpg", "new"):
        for left in (data / "preview").glob(f"*.{kind}"):
            left.unlink()

"""The bridge: every device of the settings writes to `scans`, one thread per device; and the retention of its logs."""

from functools import partial
from pathlib import Path

from edge.config.toml_schema import Config
from edge.platform import heartbeat
from edge.platform.database import open_store
from edge.platform.process import run_tasks
from edge.retention import log_retention
from edge.single_instance import instance_lock
from firmware_bridge.device_supervisor import DeviceSupervisor

LOG_READER_CURSORS = {
    "scans": "desk:scans",
    "device_log": "follower:device_log",
}  # what the bridge writes, and who reads it


def main(config: Config) -> int:
    """Run until asked to stop. Returns the process's exit code. Raises BadConfig if it must not even begin."""
    data = Path(config.store.data)
    with open_store(data) as db:
        devices = DeviceSupervisor(config, db)
    with instance_lock("bridge", data):
        _forget_pictures(data)
        return run_tasks(
            {
                "devices": devices.work,
                "log retention": partial(log_retention.run_log_retention, data, LOG_READER_CURSORS),
                "heartbeat": partial(heartbeat.run_heartbeat, data, "bridge"),
            },
            data,
        )


def _forget_pictures(data: Path) -> None:
    """Delete the pictures that cameras left before a kill -9, also of cameras that are unplugged or removed: they may show people.

    A `.new` is a picture that was half written at the kill.
    """
    for kind in ("jpg", "new"):
        for left in (data / "preview").glob(f"*.{kind}"):
            left.unlink()

"""Checks that the scanners and cameras of a config on trial open, by what the bridge writes to the database."""

from pathlib import Path

from sqlite_utils import Database

from edge.config.overrides import changed_devices, moved_devices
from edge.config.toml_schema import Device
from edge.platform.database import first_row, rows
from edge.single_instance import is_instance_locked
from sync.config_trial.states import TrialDoubt
from sync.config_trial.trial import TrialInputs

OPEN_CAMERA_FAULTS = frozenset(
    {"black", "covered", "ended"}
)  # a camera is open even if it sees nothing: in the dark, before a poster


def bridge_doubts(db: Database, trial: TrialInputs) -> list[TrialDoubt]:
    """What is wrong with the bridge, if anything. A store without devices needs no bridge."""
    config = trial.after.config
    if not config.devices and not trial.before.config.devices:
        return []
    if not is_instance_locked(Path(config.store.data) / "bridge.lock"):
        return [TrialDoubt(text="the bridge does not run", sort="not_yet", gone=True)]
    return _taken_up(db, trial) or _opened(db, trial)


def _taken_up(db: Database, trial: TrialInputs) -> list[TrialDoubt]:
    number = trial.after.number
    match first_row(db, "select config, past from bridge"):
        case (_, past) if past == number:
            return [TrialDoubt(text="the bridge was started anew during the trial", sort="over", gone=True)]
        case (config, _) if config == number:
            return []
        case _:
            return [TrialDoubt(text="the bridge has not taken the config up", sort="not_yet")]


def _opened(db: Database, trial: TrialInputs) -> list[TrialDoubt]:
    known = {row["device"]: row for row in rows(db, "select device, state, detail from devices")}
    found = []
    for device in _judged(trial):
        row = known.get(device.id, {"state": "starting", "detail": ""})
        match row["state"], row["detail"]:
            case "works", _:
                pass
            case "lost", detail if detail in OPEN_CAMERA_FAULTS:
                pass
            case "lost", detail:
                found.append(TrialDoubt(text=f"device {device.id} does not open: {detail}", sort="wrong"))
            case _:
                found.append(TrialDoubt(text=f"device {device.id} has not opened", sort="not_yet"))
    return found


def _judged(trial: TrialInputs) -> list[Device]:
    """The devices that are new or changed; a device that was lost before and is unchanged is not this config's fault."""
    before, after = trial.before.config.devices, trial.after.config.devices
    moved = moved_devices(before, after)
    return [device for device in changed_devices(before, after) if device in moved or device.id not in trial.lost]

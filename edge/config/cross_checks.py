"""Faults of settings whose keys are each valid alone: ids and paths used twice, stations that are not there."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from edge.config.printer_sections import printer_path, printer_path_key
from edge.config.toml_schema import (
    FILE_KEYS_OF_HQ,
    CameraDevice,
    Config,
    Device,
    StoreSection,
    device_path,
    is_valid_region,
    path_key,
)
from edge.crypto.sealed_data_key import NotSealed, parse_recovery_public
from edge.validation.fault import Fault, nearest_choice

MAX_NAME_BYTES, MAX_PATH_BYTES = 255, 4095  # bytes that Linux takes for a name, and for a path
RESERVED_NAMES = (
    "store.db",
    "hq.db",
    "data-key.sealed",
    "store.lock",
    "migrate.lock",
)  # names in the data's folder begin so


def cross_field_faults(config: Config) -> Iterator[Fault]:
    """The checks that types cannot make: names and paths are used once, stations of devices and the time zone exist."""
    yield from _zone_faults(config.store)
    yield from _path_faults(config)
    yield from _key_faults(config.store)
    yield from _recovery_faults(config)
    yield from _doubled("stations", [place.id for place in config.stations])
    yield from _doubled("devices", [device.id for device in config.devices])
    stations = [place.id for place in config.stations]
    taken: dict[str, str] = {}
    for number, device in enumerate(config.devices):
        path = f"devices[{number}]"
        yield from _station_faults(f"{path}.station", device.station, stations)
        if isinstance(device, CameraDevice) and not is_valid_region(device.region):
            yield Fault(
                f"{path}.region",
                f"expected left < right and top < bottom, shares from 0 to 1; got {list(device.region or ())}",
            )
        place = device_path(device)
        real = str(Path(place).resolve())
        if not _many_may_read(device) and (other := taken.setdefault(real, device.id)) != device.id:
            yield Fault(f"{path}.{path_key(device)}", f"`{other}` reads {place} already: each device has its own path")
    yield from _printer_faults(config, stations, taken)


def _station_faults(path: str, station: str, stations: list[str]) -> Iterator[Fault]:
    if station not in stations:
        near = nearest_choice(station, stations)
        hint = f": did you mean `{near}`?" if near else ""
        yield Fault(path, f"expected the id of a station, got `{station}`{hint}")


def _printer_faults(config: Config, stations: list[str], taken: dict[str, str]) -> Iterator[Fault]:
    """A printer's line is its own; `taken`: the devices' paths. Each station has one printer at most."""
    yield from _doubled("printers", [one.id for one in config.printers])
    served: dict[str, str] = {}
    for number, printer in enumerate(config.printers):
        path, place = f"printers[{number}]", printer_path(printer)
        for nth, station in enumerate(printer.stations):
            yield from _station_faults(f"{path}.stations[{nth}]", station, stations)
            if (other := served.setdefault(station, printer.id)) != printer.id:
                yield Fault(
                    f"{path}.stations[{nth}]", f"`{other}` prints for {station} already: a station has one printer"
                )
        if place and (other := taken.setdefault(str(Path(place).resolve()), printer.id)) != printer.id:
            yield Fault(f"{path}.{printer_path_key(printer)}", f"`{other}` uses {place} already: each has its own path")


def _key_faults(store: StoreSection) -> Iterator[Fault]:
    """A key at the path of a database would be taken for a damaged database, and set aside."""
    if store.key is None or _wrong_with(store.key) or _wrong_with(store.data):
        return
    place, folder = Path(store.key).resolve(), Path(store.data).resolve()
    if place == folder or (place.parent == folder and place.name.startswith(RESERVED_NAMES)):
        yield Fault("store.key", f"{place} is where the box keeps something else: name another file, or leave it out")


def _recovery_faults(config: Config) -> Iterator[Fault]:
    if config.hq.recovery_key is not None:
        try:
            parse_recovery_public(config.hq.recovery_key)
        except NotSealed as error:
            yield Fault("hq.recovery_key", str(error))


def _zone_faults(store: StoreSection) -> Iterator[Fault]:
    try:
        ZoneInfo(store.time_zone)
    except (KeyError, ValueError, OSError):  # OSError: a folder of zones, such as `Asia`
        near = nearest_choice(store.time_zone, available_timezones())
        hint = f": did you mean `{near}`?" if near else ""
        yield Fault("store.time_zone", f"expected a time zone such as `Asia/Tokyo`, got `{store.time_zone}`{hint}")


def _path_faults(config: Config) -> Iterator[Fault]:
    """Paths that no file system accepts."""
    named = {"store.data": config.store.data, "store.key": config.store.key, "web.play": config.web.play}
    named |= {f"hq.{name}": getattr(config.hq, name) for name in FILE_KEYS_OF_HQ}
    named |= {f"devices[{nth}].{path_key(it)}": device_path(it) for nth, it in enumerate(config.devices)}
    named |= {f"printers[{nth}].{printer_path_key(it)}": printer_path(it) for nth, it in enumerate(config.printers)}
    for key, place in named.items():
        if place and (what := _wrong_with(place)):
            yield Fault(key, what)


def _wrong_with(path: str) -> str:
    """Why no file can have such a path, or nothing."""
    try:
        names = os.fsencode(path).split(b"/")
    except UnicodeEncodeError:
        characters = sys.getfilesystemencoding()
        return (
            f"this system's language is set to {characters}, which has no {path!a}: set LC_ALL=C.UTF-8, or name another"
        )
    if max(map(len, names)) > MAX_NAME_BYTES or sum(len(name) + 1 for name in names) > MAX_PATH_BYTES:
        return f"expected a path of names of at most {MAX_NAME_BYTES} bytes, {MAX_PATH_BYTES} together"
    return ""


def _doubled(what: str, names: list[str]) -> Iterator[Fault]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Fault(f"{what}[{number}].id", f"each id is used once, `{name}` is used twice")


def _many_may_read(device: Device) -> bool:
    """A video or a folder of pictures. Two readers of a serial line, keyboard or camera would each get only a part."""
    return isinstance(device, CameraDevice) and (Path(device.source).is_file() or Path(device.source).is_dir())

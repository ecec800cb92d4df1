"""The shipped settings of headquarters' broker (systemd/mosquitto.conf), with some values replaced."""

import sys
from collections.abc import Mapping
from pathlib import Path

# in the tree, or where the package puts them (pyproject.toml, data-files)
SHIPPED_CONFIG_FOLDERS = (Path(__file__).parents[2] / "systemd", Path(sys.prefix) / "share" / "noren" / "systemd")
SHIPPED_CONFIG_FOLDER = next((place for place in SHIPPED_CONFIG_FOLDERS if place.is_dir()), SHIPPED_CONFIG_FOLDERS[-1])
SHIPPED_CONFIG = SHIPPED_CONFIG_FOLDER / "mosquitto.conf"
SHIPPED_ACL = SHIPPED_CONFIG_FOLDER / "mosquitto-acl.example"
CERTIFICATE_OPTIONS = ("cafile", "certfile", "keyfile", "crlfile", "require_certificate", "use_identity_as_username")


def changed_settings(shipped: str, changes: Mapping[str, str | None]) -> str:
    """The shipped text with other values; None leaves a setting out. Raises KeyError if it has no setting of that name."""
    lines, missing = [], set(changes)
    for line in shipped.splitlines():
        name = line.partition(" ")[0]
        missing.discard(name)
        if name not in changes:
            lines.append(line)
        elif (value := changes[name]) is not None:
            lines.append(f"{name} {value}")
    if missing:
        raise KeyError(min(missing))
    return "\n".join(lines) + "\n"


def loopback_changes(port: int, acl: str | None) -> dict[str, str | None]:
    """No certificates: who connects from this machine is who they say they are; without an `acl` they may all they like."""
    here: dict[str, str | None] = dict.fromkeys(CERTIFICATE_OPTIONS)
    return {**here, "listener": f"{port} 127.0.0.1", "allow_anonymous": "true", "acl_file": acl}


def acl_rules(chain: str) -> str:
    """The shipped rules, for a chain."""
    return SHIPPED_ACL.read_text(encoding="utf-8").replace("CHAIN", chain)

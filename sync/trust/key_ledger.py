"""HQ's keys as this box has learned them, in an append-only file: no restore of a backup sets it back.

It is beside store.db, which holds the same; if one of the two is lost or old, it is completed from the other.
"""

import errno
import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from edge.platform.database import NoRoom
from edge.platform.set_aside import fsync_files
from sync.protocol.ed25519_keys import BadKey, public_from_text
from sync.trust.key_chain import TrustAnchor

log = logging.getLogger(__name__)

KEY_LEDGER_FILE = "hq-keys.jsonl"


def read_ledger(folder: Path) -> list[TrustAnchor]:
    """All lines, oldest first. A line that a power cut has torn is left out, and logged."""
    file = folder / KEY_LEDGER_FILE
    if not file.exists():
        return []
    found = []
    for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                one = msgspec.json.decode(line, type=TrustAnchor)
                public_from_text(one.public)
            except (msgspec.MsgspecError, UnicodeDecodeError, BadKey) as error:
                log.warning("%s line %d is left out: %s", KEY_LEDGER_FILE, number, error)
            else:
                found.append(one)
    return found


def append_to_ledger(folder: Path, anchors: Sequence[TrustAnchor]) -> None:
    """Append lines, and wait for the card (fsync). Each begins on a line of its own, even after a torn one. Raises NoRoom."""
    lines = b"".join(b"\n" + msgspec.json.encode(one) for one in anchors) + b"\n"
    try:
        with (folder / KEY_LEDGER_FILE).open("ab") as file:
            file.write(lines)
        fsync_files(folder / KEY_LEDGER_FILE)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NoRoom(f"{KEY_LEDGER_FILE}: {error.strerror}") from error

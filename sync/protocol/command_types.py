"""The commands that HQ may send to a store, and the arguments of each: checked at HQ and again at the store."""

import re
from collections.abc import Callable, Mapping

from edge.facts.fact import Lane
from edge.platform.replica_schema.migrations import FEED_TABLES
from edge.validation.fault import not_among_message

ArgumentCheck = Callable[[str], str | None]
"""Returns what is wrong with a value, or None."""

MAX_SQLITE_INTEGER = 2**63 - 1  # SQLite counts no further
BOX_NAME = re.compile(r"[0-9A-Za-z:.%?-]{1,40}@[0-9A-Za-z:.%-]{0,40}")
KEY_ID = re.compile(r"[0-9a-f]{16}")
FIELD_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


def _feed(text: str) -> str | None:
    return None if text in FEED_TABLES else not_among_message(text, sorted(FEED_TABLES))


def _epoch(text: str) -> str | None:
    return (
        None
        if FIELD_NAME.fullmatch(text)
        else f"expected the name of an epoch, as `noren hq events` shows it; got `{text}`"
    )


def _lane(text: str) -> str | None:
    known = [str(lane.value) for lane in Lane]
    return None if text in known else not_among_message(text, known)


def _seq(text: str) -> str | None:
    if text.isascii() and text.isdecimal() and int(text) <= MAX_SQLITE_INTEGER:
        return None
    return f"expected a whole number from 0 on; got `{text}`"


def _boxes(text: str) -> str | None:
    """People see this text: it may hold network cards and addresses, and nothing else."""
    if all(BOX_NAME.fullmatch(one) for one in text.split(",") if text):
        return None
    return f"expected `<network card>@<address>` of each, with commas, or nothing; got `{text}`"


def _key(text: str) -> str | None:
    return None if KEY_ID.fullmatch(text) else f"expected the id of a store's signing key; got `{text}`"


REVOKE_COMMAND = "revoke"  # no person sends it: `noren hq stores revoke` does, for the store's key of that moment
COMMAND_FIELDS: Mapping[str, Mapping[str, ArgumentCheck]] = {
    "birth": {},
    "clones": {"boxes": _boxes},
    "reload": {"feed": _feed},
    REVOKE_COMMAND: {"key": _key},
    "rewind": {"epoch": _epoch, "lane": _lane, "seq": _seq},
}


def command_fault(command: str, args: Mapping[str, str]) -> str | None:
    """Why a command cannot be carried out as it is written, in words; None if it can."""
    needs = COMMAND_FIELDS.get(command)
    if needs is None:
        return not_among_message(command, list(COMMAND_FIELDS))
    if unknown := next((name for name in args if name not in needs), None):
        return f"`{unknown}`: {command} takes {_names(needs)}"
    if missing := next((name for name in needs if name not in args), None):
        return f"`{missing}` is missing: {command} takes {_names(needs)}"
    return next((f"{name}: {why}" for name, check in needs.items() if (why := check(args[name]))), None)


def _names(needs: Mapping[str, ArgumentCheck]) -> str:
    return " ".join(f"{name}=…" for name in needs) or "no arguments"

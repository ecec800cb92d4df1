"""The commands that HQ may send to a store, and the arguments of each: checked at HQ and again at the store."""

import re
from collections.abc import Callable, Mapping

from edge.facts.fact import Lane
from edge.platform.replica_schema import FEEDS
from edge.validation.fault import not_among_message

Check = Callable[[str], str | None]
"""Returns what is wrong with a value, or None."""

MOST = 2**63 - 1  # SQLite counts no further
BOX = re.compile(r"[0-9A-Za-z:.%?-]{1,40}@[0-9A-Za-z:.%-]{0,40}")
KEY = re.compile(r"[0-9a-f]{16}")
NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


def _feed(text: str) -> str | None:
    return None if text in FEEDS else not_among_message(text, sorted(FEEDS))


def _epoch(text: str) -> str | None:
    return (
        None if NAME.fullmatch(text) else f"expected the name of an epoch, as `noren hq events` shows it; got `{text}`"
    )


def _lane(text: str) -> str | None:
    known = [str(lane.value) for lane in Lane]
    return None if text in known else not_among_message(text, known)


def _seq(text: str) -> str | None:
    if text.isascii() and text.isdecimal() and int(text) <= MOST:
        return None
    return f"expected a whole number from 0 on; got `{text}`"


def _boxes(text: str) -> str | None:
    """People see this text: it may hold network cards and addresses, and nothing else."""
    if all(BOX.fullmatch(one) for one in text.split(",") if text):
        return None
    return f"expected `<network card>@<address>` of each, with commas, or nothing; got `{text}`"


def _key(text: str) -> str | None:
    return None if KEY.fullmatch(text) else f"expected the id of a store's signing key; got `{text}`"


REVOKE = "revoke"  # no person sends it: `noren hq stores revoke` does, for the store's key of that moment
COMMANDS: Mapping[str, Mapping[str, Check]] = {
    "birth": {},
    "clones": {"boxes": _boxes},
    "reload": {"feed": _feed},
    REVOKE: {"key": _key},
    "rewind": {"epoch": _epoch, "lane": _lane, "seq": _seq},
}


def command_fault(command: str, args: Mapping[str, str]) -> str | None:
    """Why a command cannot be carried out as it is written, in words; None if it can."""
    needs = COMMANDS.get(command)
    if needs is None:
        return not_among_message(command, list(COMMANDS))
    if unknown := next((name for name in args if name not in needs), None):
        return f"`{unknown}`: {command} takes {_names(needs)}"
    if missing := next((name for name in needs if name not in args), None):
        return f"`{missing}` is missing: {command} takes {_names(needs)}"
    return next((f"{name}: {why}" for name, check in needs.items() if (why := check(args[name]))), None)


def _names(needs: Mapping[str, Check]) -> str:
    return " ".join(f"{name}=…" for name in needs) or "no arguments"

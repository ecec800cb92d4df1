"""A command that cannot be carried out is refused in words at HQ, and again at the box."""

import pytest

from sync.protocol.command_types import COMMAND_FIELDS, command_fault

GOOD = {
    "birth": {},
    "clones": {"boxes": "dc:a6:32:0:0:1@10.0.0.1,b@"},
    "reload": {"feed": "stock"},
    "revoke": {"key": "0123456789abcdef"},
    "rewind": {"epoch": "e1", "lane": "0", "seq": "120"},
}


@pytest.mark.parametrize(
    ("command", "args", "words"),
    [
        ("reload", {"feed": "xx"}, "feed: expected one of catalog, config"),
        ("reload", {"feed": "stok"}, "did you mean `stock`?"),
        ("reload", {}, "`feed` is missing: reload takes feed=…"),
        ("reload", {"feed": "stock", "now": "yes"}, "`now`: reload takes feed=…"),
        ("birth", {"feed": "stock"}, "`feed`: birth takes no arguments"),
        ("rewind", {**GOOD["rewind"], "lane": "7"}, "lane: expected one of 0, 1, 2"),
        ("rewind", {**GOOD["rewind"], "seq": "-1"}, "seq: expected a whole number"),
        ("rewind", {**GOOD["rewind"], "seq": "9" * 30}, "seq: expected a whole number"),
        ("rewind", {**GOOD["rewind"], "epoch": "a b"}, "epoch: expected the name of an epoch"),
        ("revoke", {"key": "ginza"}, "key: expected the id of a store's signing key"),
        ("clones", {"boxes": "<b>@1"}, "boxes: expected `<network card>@<address>`"),
        ("reboot", {}, "expected one of birth, clones, reload, revoke, rewind"),
    ],
)
def test_what_is_wrong_with_an_order_is_said(command: str, args: dict[str, str], words: str) -> None:
    assert words in (command_fault(command, args) or "")


def test_each_order_as_it_should_be_is_taken() -> None:
    assert {command: command_fault(command, GOOD[command]) for command in COMMAND_FIELDS} == dict.fromkeys(
        COMMAND_FIELDS
    )

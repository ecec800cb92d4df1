"""Log lines for support: our own words and numbers, and nothing that was put into them as text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.health.log_lines import PACKAGES, Template, _templates, without_people

TIME = "2026-11-21T10:42:00.123Z"
SECRETS = st.text(min_size=1, max_size=30).map(lambda text: f"§{text}§")


def every_template() -> Iterator[tuple[str, Template]]:
    for package in PACKAGES:
        for path in sorted(Path(package).rglob("*.py")):
            module = ".".join(path.with_suffix("").parts)
            for template in _templates(module):
                yield module, template


TEMPLATES = list(every_template())


def told(*lines: str) -> list[str]:
    return list(without_people((TIME, line) for line in lines))


def test_the_messages_of_the_source_are_found() -> None:
    assert len(TEMPLATES) > 80
    assert "MQTT connected" in {template.text for module, template in TEMPLATES if module == "sync.session"}


def test_a_line_is_told_with_its_numbers_and_without_its_texts() -> None:
    line = "W sync.journal.sender: HQ rejected facts 3 to 9 (nack): the name サトウ is no number"
    assert told(line) == [f"{TIME} W sync.journal.sender: HQ rejected facts 3 to 9 (nack): …"]


def test_a_long_number_may_be_somebodys_and_is_withheld() -> None:
    line = "W sync.journal.sender: HQ rejected facts 3 to 8018000000000016 (nack): x"
    assert told(line) == [f"{TIME} W sync.journal.sender: HQ rejected facts 3 to … (nack): …"]


@pytest.mark.parametrize(
    "line", ["I edge.nowhere: サトウ", "I edge.scan_processor: サトウ has come", "I ui.health: サトウ"]
)
def test_of_a_line_that_is_not_in_the_source_only_the_module_is_told(line: str) -> None:
    assert told(line) == [f"{TIME} {line.partition(': ')[0]}: …"]


def test_of_a_trace_the_places_and_the_kind_of_error_are_told() -> None:
    assert told(
        "Traceback (most recent call last):",
        '  File "/opt/noren/0.1.0/lib/edge/scan_processor.py", line 73, in catch_up',
        "    answer(サトウ)",
        "msgspec.ValidationError: Expected `int`, got `サトウ`",
        "サトウError: 4821",
    ) == [
        f"{TIME}   edge/scan_processor.py:73 in catch_up",
        f"{TIME}   ValidationError: …",
        "… lines of other forms that are left out: 3",
    ]


@pytest.mark.parametrize(("module", "template"), TEMPLATES, ids=[f"{m}: {t.text}"[:60] for m, t in TEMPLATES])
@given(secret=SECRETS)
def test_no_text_that_was_put_into_a_message_comes_out(module: str, template: Template, secret: str) -> None:
    import re

    line = re.sub(r"%(?:\.\d+)?([a-z])", lambda one: "7" if one[1] in "dfgi" else secret, template.text)
    assert all("§" not in out for out in told(f"W {module}: {line}"))


@given(st.text(max_size=200))
def test_no_line_at_all_comes_out_as_it_is_unless_it_is_ours(line: str) -> None:
    (out, *_) = told(f"{line}§")
    assert "§" not in out

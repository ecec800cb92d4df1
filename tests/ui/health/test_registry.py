"""The list of checks: each has its words in each language, and its place in docs/health.md."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ui.health.check import HealthCheck
from ui.health.checks import devices, printers
from ui.health.finding import HealthLevel
from ui.health.registry import CHECKS, ON_PAGE
from ui.i18n import LANGUAGES, Locale, Locales, message_catalogue
from ui.status import troubleshooting

JARGON = re.compile(r"\b(MQTT|broker|IP|API|null|None|SQL|HTTP|daemon|socket|sync|bridge|serial|hid)\b", re.I)


def message(language: str, key: str) -> str:
    voice: Locale = Locales(ZoneInfo("Asia/Tokyo"))[language]
    return voice.messages.gettext(key)


def keys_of(check: HealthCheck) -> set[str]:
    """Every message that a finding of this check may ask for."""
    found = {f"health.{check.id}.{state}" for state in check.states} | {f"health.{check.id}.why"}
    return found | {f"health.do.{state.do}" for state in check.states.values() if state.do}


def test_no_two_checks_have_one_id() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS) > 25
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", check.id) for check in CHECKS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_state_has_its_words(check: HealthCheck, language: str) -> None:
    missing = [key for key in keys_of(check) if message(language, key) == key]
    assert missing == []


def test_no_message_is_left_that_no_check_asks_for() -> None:
    by_hand = {*devices.CLERK_CAN_MEND.values(), *printers.CLERK_CAN_MEND.values()}
    asked = {key for check in CHECKS for key in keys_of(check)} | {f"health.do.{do}" for do in by_hand}
    general = re.compile(r"health\.(unknown|unchecked|level|report|bundle)\b")
    known = {str(one.id) for one in message_catalogue("ja") if str(one.id).startswith("health.")}
    assert {key for key in known - asked if not general.match(key)} == set()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_whatever_is_wrong_says_what_to_do(check: HealthCheck) -> None:
    wrong = [state for state in check.states.values() if state.level in (HealthLevel.WARNING, HealthLevel.ERROR)]
    assert all(state.do for state in wrong)
    assert any(state.level is HealthLevel.OK for state in check.states.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_on_the_page_are_no_technicians(language: str) -> None:
    texts = {key: message(language, key) for check in ON_PAGE for key in keys_of(check)}
    assert {key: text for key, text in texts.items() if JARGON.search(text)} == {}


def test_what_the_page_tells_first_is_a_finding_of_a_check_on_it() -> None:
    states = {(check.id, state) for check in ON_PAGE for state in check.states}
    assert set(troubleshooting.PROBLEM_OF_FINDING) <= states
    grave = {
        (check.id, name)
        for check in ON_PAGE
        for name, state in check.states.items()
        if state.level is HealthLevel.ERROR
    }
    # a certificate that nobody can read has no end that could be shown: the list below says it to support
    assert grave - set(troubleshooting.PROBLEM_OF_FINDING) == {("certificates.pages", "damaged")}


def test_the_documentation_names_every_check_and_state() -> None:
    text = Path("docs/health.md").read_text(encoding="utf-8").partition("## Checks\n")[2]
    rows = {row[0]: row[1] for row in re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.*?) \|", text, re.M)}
    assert rows == {
        check.id: ", ".join(f"`{name}`" for name in check.states) + ("" if check.on_page else " (command only)")
        for check in CHECKS
    }

"""What the pages say: complete in every language, readable by children, and nowhere but in the catalogues."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Message
from markupsafe import Markup

from edge.validation.localized_text import LocalizedText
from ui.i18n import LANGUAGES, Locales, message_catalogue, with_furigana, without_furigana

UI = Path("ui")
KANJI = re.compile(r"[々〆一-鿿]")
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
PLACE = re.compile(r"\{[a-z_]+\}")
SHOPPERS = ("kiosk.",)  # the keys whose messages shoppers read; the board and staff pages have no furigana
LONGEST = 40  # characters of a sentence
# Japanese that is no message: the name of a language in itself
NAMES = frozenset({"日本語"})


@pytest.fixture(scope="module")
def voices() -> Locales:
    return Locales(ZoneInfo("Asia/Tokyo"))


def messages(language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for message in message_catalogue(language):
        assert isinstance(message, Message)
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return found


def for_shoppers() -> list[tuple[str, str]]:
    return [(key, text) for key, texts in messages("ja").items() if key.startswith(SHOPPERS) for text in texts]


def test_every_language_says_the_same_things() -> None:
    keys = {language: set(messages(language)) for language in LANGUAGES}
    assert all(one == keys["ja"] for one in keys.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty(language: str) -> None:
    assert [key for key, texts in messages(language).items() if not texts or not all(texts)] == []


def test_every_language_fills_in_the_same_places() -> None:
    other = messages("en")
    for key, texts in messages("ja").items():
        wanted = set(PLACE.findall(texts[0]))
        assert all(set(PLACE.findall(text)) == wanted for text in other[key]), key


@pytest.mark.parametrize(("key", "text"), for_shoppers())
def test_every_kanji_a_shopper_reads_has_furigana(key: str, text: str) -> None:
    bare = re.sub(r"\[[^|\]]+\|[^\]]+\]", "", text)
    assert KANJI.findall(bare) == [], key


@pytest.mark.parametrize(("key", "text"), for_shoppers())
def test_no_sentence_for_shoppers_is_longer_than_40_characters(key: str, text: str) -> None:
    for sentence in re.split(r"[。\n]", PLACE.sub("", without_furigana(text))):
        assert len(sentence) <= LONGEST, key


def test_all_text_for_people_is_in_the_catalogues() -> None:
    """Templates, styles, scripts and Python hold no Japanese of their own."""
    files = [*UI.rglob("*.html"), *UI.glob("*.py"), *(UI / "static/js").glob("*.js")]
    assert len(files) > 30
    for path in files:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            text = re.sub(r'""".*?"""|#[^\n]*', "", text, flags=re.S)  # comments may explain by example
        else:
            text = re.sub(r"\{#.*?#\}|//[^\n]*", "", text, flags=re.S)
        for name in NAMES:
            text = text.replace(name, "")
        assert JAPANESE.findall(text) == [], path


def test_templates_say_nothing_that_is_not_a_message() -> None:
    """What is left of a template without its tags and expressions is no word."""
    for path in (UI / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        # the names style knows a page by are not for people
        text = re.sub(r"\{% block (surface|kind|lang) %\}.*?\{% endblock %\}", "", text)
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S)
        text = re.sub(r"<[^>]*>", " ", text)
        assert re.findall(r"[A-Za-z]{2,}", text) == [], path


def test_every_message_a_page_asks_for_is_there() -> None:
    known = set(messages("ja"))
    asked = {
        key
        for path in (UI / "templates").rglob("*.html")
        for key in re.findall(r"(?:say|plain)\('([a-z_0-9.]+[a-z0-9])'", path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50
    assert asked <= known


def test_furigana_becomes_ruby(voices: Locales) -> None:
    assert with_furigana("[札|ふだ]を") == "<ruby>札<rp>(</rp><rt>ふだ</rt><rp>)</rp></ruby>を"
    assert "<ruby>会員証" in voices["ja"].say("kiosk.home.title")
    assert "ruby" not in voices["en"].say("kiosk.home.title")


def test_what_comes_from_outside_is_escaped(voices: Locales) -> None:
    assert "&lt;b&gt;" in voices["ja"].say("kiosk.member.hello", name="<b>")
    assert voices["ja"].words(LocalizedText(ja="<script>")) == "&lt;script&gt;"
    assert "<b>x</b>" in voices["ja"].say("kiosk.member.hello", name=Markup("<b>x</b>"))


def test_english_counts_one_and_many(voices: Locales) -> None:
    assert voices["en"].say("kiosk.member.coupons", 1) == "1 coupon for you"
    assert voices["en"].say("kiosk.member.coupons", 3) == "3 coupons for you"


def test_a_message_that_is_not_there_is_an_error_not_a_key_on_the_screen(voices: Locales) -> None:
    with pytest.raises(KeyError):
        voices["en"].say("kiosk.nowhere")


def test_a_language_nobody_speaks_falls_back_to_the_shops_own(voices: Locales) -> None:
    assert voices["fr"].language == "ja"


def test_accessible_names_carry_no_marks(voices: Locales) -> None:
    assert voices["ja"].plain("kiosk.home.title") == "会員証か値札をかざしてください"
    assert voices["en"].plain("kiosk.home.title") == "Scan your member card or a price tag"

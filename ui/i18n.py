"""What the pages say, in the reader's language: message catalogues, furigana, prices and times."""

import functools
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from gettext import GNUTranslations
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from edge.validation.localized_text import FURIGANA_PATTERN, KANJI, LocalizedText

LANGUAGES: Mapping[str, str] = {"ja": "日本語", "en": "English"}  # each by its own name
DEFAULT_LANGUAGE = "ja"  # the language to which every screen returns at a reset

_TEXT = Path(__file__).parent / "text"


def message_catalogue(language: str) -> Catalog:
    """Every message of a language, from all its .po files; the msgid is a key such as `kiosk.home.title`."""
    whole = Catalog(locale=language)
    for path in sorted((_TEXT / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    whole[message.id] = message
    return whole


def _compiled(language: str) -> GNUTranslations:
    """The catalogue as gettext wants it, made in memory at the start: there is no build step to forget."""
    machine = io.BytesIO()
    write_mo(machine, message_catalogue(language))
    machine.seek(0)
    return GNUTranslations(machine)


def without_furigana(text: str) -> str:
    """`[会員証|かいいんしょう]を` -> `会員証を`, for titles and for labels that screen readers speak."""
    return FURIGANA_PATTERN.sub(r"\1", text)


@functools.lru_cache(maxsize=2048)
def with_furigana(text: str) -> Markup:
    """Text as HTML: `[札|ふだ]` becomes ruby, which style shows or hides; a new line becomes `<br>`."""
    parts, at = [], 0
    for found in FURIGANA_PATTERN.finditer(text):
        parts.append(escape(text[at : found.start()]))
        parts.append(Markup("<ruby>{}<rp>(</rp><rt>{}</rt><rp>)</rp></ruby>").format(found[1], found[2]))
        at = found.end()
    parts.append(escape(text[at:]))
    return Markup("").join(parts).replace("\n", Markup("<br>"))


class Named(Protocol):
    """What HQ names, and says how to read."""

    @property
    def name(self) -> LocalizedText: ...
    @property
    def reading(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Locale:
    """One language at one store: messages by key, HQ's words, and figures as they are written there."""

    language: str
    zone: ZoneInfo
    messages: GNUTranslations

    def _find(self, key: str, n: int | None) -> str:
        found = self.messages.gettext(key) if n is None else self.messages.ngettext(key, key, n)
        if found == key:
            raise KeyError(f"no message {key} in {self.language}")
        return found

    def say(self, key: str, n: int | None = None, **about: Any) -> Markup:
        """The message under `key` as HTML; `about` is escaped into its {places}, `n` chooses the plural."""
        return with_furigana(self._find(key, n)).format(n=n, **about)

    def plain(self, key: str, n: int | None = None, **about: Any) -> str:
        """The same without furigana or marks, for titles and accessible names."""
        gap = "" if self.language == "ja" else " "
        return without_furigana(self._find(key, n)).replace("\n", gap).format(n=n, **about)

    def words(self, words: LocalizedText) -> Markup:
        """HQ's words; they may carry furigana in the same way."""
        return with_furigana(words.in_(self.language))

    def name(self, it: Named) -> Markup:
        """A name with its reading as furigana over the whole, if it has kanji and no furigana of its own."""
        text = it.name.in_(self.language)
        if text != it.name.ja or not it.reading or FURIGANA_PATTERN.search(text) or not KANJI.search(text):
            return with_furigana(text)
        return Markup("<ruby>{}<rp>(</rp><rt>{}</rt><rp>)</rp></ruby>").format(text, it.reading)

    def plain_words(self, words: LocalizedText) -> str:
        return without_furigana(words.in_(self.language))

    def when(self, moment: datetime, now: datetime) -> str:
        """The time of day, with its date if that is not today's: `9:00`, `2026/11/22 9:00`."""
        day = moment.astimezone(self.zone).date()
        if day == now.astimezone(self.zone).date():
            return self.clock(moment)
        return self.plain("status.when", day=self.day(day), time=self.clock(moment))

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.language))

    def clock(self, moment: datetime) -> str:
        """The time of day in the store, `10:42`."""
        return str(format_time(moment, "HH:mm", tzinfo=self.zone, locale=self.language))

    def day(self, day: date) -> str:
        return str(format_date(day, "medium", locale=self.language))


class Locales:
    """All languages, read once at the start."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._voices = {name: Locale(name, zone, _compiled(name)) for name in LANGUAGES}

    def __getitem__(self, language: str) -> Locale:
        """The voice of a language; of the shop's own if there is no catalogue for the one asked for."""
        return self._voices.get(language) or self._voices[DEFAULT_LANGUAGE]

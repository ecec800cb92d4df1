"""A text that HQ or the installer writes, in one or more languages."""

import re

from msgspec import Struct

FURIGANA_PATTERN = re.compile(r"\[([^|\[\]]+)\|([^|\[\]]+)\]")
"""How a text says the reading of some of its characters: `[会員証|かいいんしょう]`."""

KANJI = re.compile("[々〆㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")


class LocalizedText(Struct, frozen=True, kw_only=True):
    """Japanese is always there. Another language falls back to it, because a shop's own words are better than none."""

    ja: str
    en: str | None = None

    def in_(self, language: str) -> str:
        """The text in `language` (one of the fields' names), or in Japanese if it was not written."""
        written: str | None = getattr(self, language)
        return written or self.ja

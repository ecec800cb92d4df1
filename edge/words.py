"""A text HQ or the installer writes, in the languages they wrote it in."""

from msgspec import Struct


class Words(Struct, frozen=True, kw_only=True):
    """Japanese is always there; another language falls back to it, because a shop's own words are better than none."""

    ja: str
    en: str | None = None

    def in_(self, language: str) -> str:
        """The text in `language` (`ja`, `en`, …), or in Japanese where it was not written."""
        return self.en if language == "en" and self.en else self.ja

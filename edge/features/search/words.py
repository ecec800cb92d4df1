"""Words as search compares them: folded, and cut into grams. Japanese has no blanks, so a word may begin anywhere in a text.

A word of two characters or more occurs where a text contains it, within one of the text's words. A single kanji occurs the
same way. A single kana, letter or digit occurs where a word of the text begins with it: it is the first key that is touched.

A word with kana occurs loosely where it does once small kana are large and marks of long vowels are gone, in the word and in
the text: `しやつ` is found in シャツ and `セタ` in セーター, as in Japanese indexes, and what is written as it was typed comes
first. A word without kana occurs loosely where it occurs, so that numbers and kanji are not looked for twice.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from edge.validation.localized_text import KANJI

# Katakana is hiragana 96 code points further on; the marks of repetition too.
_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_VOICED = frozenset("\u3099\u309a")  # as marks of their own (ﾊﾟ): they make another sound, and accents do not
# 41-2208 is 412208, Tシャツ is T-シャツ; between digits the key for a long vowel is meant as a hyphen
_JOINS = re.compile("[-‐‒–—―−・'’]|(?<=[0-9])ー(?=[0-9])")
_WORD = re.compile(r"[^\W_]+")
_KANJI = KANJI.pattern.strip("[]")
_KANA = re.compile("[ァ-ヿ]")
_LOOSE = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", "ー")
_SCRIPTS = re.compile(rf"[{_KANJI}]+|[ァ-ヿ]+|[0-9]+|[^{_KANJI}ァ-ヿ0-9]+")
WORD_START_MARK = "^"  # before the first character of a word; it is in no word
LOOSE_MARK = "〜"  # before a gram of a word's loose form, if that is another one; it is in no word


def fold(text: str) -> str:
    """The text with width, case, accents and kana made alike: `ｶﾌｪ`, `カフェ` and `かふぇ` are one, `É` is `e`."""
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in apart if not unicodedata.combining(char) or char in _VOICED)
    return unicodedata.normalize("NFKC", plain.casefold()).translate(_KATAKANA)


def words_of(text: str) -> list[str]:
    """The folded words of a text in its order. A hyphen or middle dot joins, all else that is no letter or digit parts."""
    return _WORD.findall(_JOINS.sub("", fold(text)))


def loose_form(word: str) -> str:
    """A folded word with its small kana large and without marks of long vowels; a lone mark leaves nothing."""
    return word.translate(_LOOSE)


def split_by_script(word: str) -> list[str]:
    """A folded word cut where its script changes: `黒コート` is typed without a blank, and no name contains it."""
    return _SCRIPTS.findall(word)


def occurs_in_words(word: str, among: Iterable[str]) -> bool:
    """Whether a folded word occurs in one of a text's folded words. The index answers the same for a million products."""
    if len(word) > 1 or KANJI.match(word):
        return any(word in text for text in among)
    return any(text.startswith(word) for text in among)


def occurs_loosely(word: str, among: Iterable[str]) -> bool:
    """Whether a folded word, which leaves something if it is made loose, occurs loosely in one of a text's folded words."""
    if not _KANA.search(word):
        return occurs_in_words(word, among)
    return occurs_in_words(loose_form(word), (loose_form(text) for text in among))


def grams_of_words(words: Iterable[str]) -> str:
    """What the index keeps of a text's folded words, separated by blanks; then the same of their loose forms, each marked.

    For each word its start and its triples in order, so that a longer word is a phrase of triples and never reaches over
    two words; then all pairs and kanji, each once. Pairs alone would do, but a long word's pairs are in so many products
    that a phrase of them takes ten times as long as one of triples (`./dev bench search`).
    """
    found = dict.fromkeys(words)
    others = dict.fromkeys(form for word in found if (form := loose_form(word)) != word and form)
    return " ".join([*_grams(found), *(LOOSE_MARK + gram for gram in _grams(others))])


def _grams(words: Iterable[str]) -> list[str]:
    phrases: list[str] = []
    others: set[str] = set()
    for word in words:
        phrases += [WORD_START_MARK + word[0], *_cut(word, 3)]
        others.update(_cut(word, 2), KANJI.findall(word))
    return [*phrases, *sorted(others)]


def gram_query(word: str) -> str:
    """The FTS5 phrase that finds a folded word among the grams."""
    return _phrase(word, "")


def loose_gram_query(word: str) -> str:
    """The FTS5 expression that finds a folded word loosely; a word that is loose already may be in either form of a text."""
    if not _KANA.search(word):
        return gram_query(word)
    form = loose_form(word)
    return f"({_phrase(form, '')} OR {_phrase(form, LOOSE_MARK)})"


def _phrase(word: str, mark: str) -> str:
    if len(word) > 2:
        return f'"{" ".join(mark + gram for gram in _cut(word, 3))}"'
    if len(word) == 2 or KANJI.match(word):
        return f'"{mark}{word}"'
    return f'"{mark}{WORD_START_MARK}{word}"'


def _cut(word: str, size: int) -> Sequence[str]:
    return [word[at : at + size] for at in range(len(word) - size + 1)]

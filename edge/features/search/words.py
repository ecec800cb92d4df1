"""Words as search compares them: folded, and cut into grams. Japanese has no blanks, so a word may begin anywhere in a text.

A word of two characters or more occurs where a text contains it, within one of the text's words. A single kanji occurs the
same way. A single kana, letter or digit occurs where a word of the text begins with it: it is the first key that is touched.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

# Katakana is hiragana 96 code points further on; the marks of repetition too.
_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_VOICED = frozenset("\u3099\u309a")  # as marks of their own (ﾊﾟ): they make another sound, and accents do not
# 41-2208 is 412208, Tシャツ is T-シャツ; between digits the key for a long vowel is meant as a hyphen
_JOINS = re.compile("[-‐‒–—―−・'’]|(?<=[0-9])ー(?=[0-9])")
_WORD = re.compile(r"[^\W_]+")
_KANJI = "々〆㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_IS_KANJI = re.compile(f"[{_KANJI}]")
_SCRIPTS = re.compile(rf"[{_KANJI}]+|[ァ-ヿ]+|[0-9]+|[^{_KANJI}ァ-ヿ0-9]+")
WORD_START_MARK = "^"  # before the first character of a word; it is in no word


def fold(text: str) -> str:
    """The text with width, case, accents and kana made alike: `ｶﾌｪ`, `カフェ` and `かふぇ` are one, `É` is `e`."""
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in apart if not unicodedata.combining(char) or char in _VOICED)
    return unicodedata.normalize("NFKC", plain.casefold()).translate(_KATAKANA)


def words_of(text: str) -> list[str]:
    """The folded words of a text in its order. A hyphen or middle dot joins, all else that is no letter or digit parts."""
    return _WORD.findall(_JOINS.sub("", fold(text)))


def split_by_script(word: str) -> list[str]:
    """A folded word cut where its script changes: `黒コート` is typed without a blank, and no name contains it."""
    return _SCRIPTS.findall(word)


def occurs_in_words(word: str, among: Iterable[str]) -> bool:
    """Whether a folded word occurs in one of a text's folded words. The index answers the same for a million products."""
    if len(word) > 1 or _IS_KANJI.match(word):
        return any(word in text for text in among)
    return any(text.startswith(word) for text in among)


def grams_of_words(words: Iterable[str]) -> str:
    """What the index keeps of a text's folded words, separated by blanks.

    For each word its start and its triples in order, so that a longer word is a phrase of triples and never reaches over
    two words; then all pairs and kanji, each once. Pairs alone would do, but a long word's pairs are in so many products
    that a phrase of them takes ten times as long as one of triples (`./dev bench search`).
    """
    phrases: list[str] = []
    others: set[str] = set()
    for word in dict.fromkeys(words):
        phrases += [WORD_START_MARK + word[0], *_cut(word, 3)]
        others.update(_cut(word, 2), _IS_KANJI.findall(word))
    return " ".join([*phrases, *sorted(others)])


def gram_query(word: str) -> str:
    """The FTS5 phrase that finds a folded word among the grams."""
    if len(word) > 2:
        return f'"{" ".join(_cut(word, 3))}"'
    if len(word) == 2 or _IS_KANJI.match(word):
        return f'"{word}"'
    return f'"{WORD_START_MARK}{word}"'


def _cut(word: str, size: int) -> Sequence[str]:
    return [word[at : at + size] for at in range(len(word) - size + 1)]

"""Words: what is alike is found, and the grams of an index answer as the texts themselves would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.features.search.words import (
    fold,
    gram_query,
    grams_of_words,
    loose_form,
    loose_gram_query,
    occurs_in_words,
    occurs_loosely,
    split_by_script,
    words_of,
)
from edge.platform.sqlite import sqlite3

# few characters, so that words occur in one another; of every script, and what joins, parts or folds
TEXTS = st.text("アいガがｶﾞーッゃやTtＴé12 ・-上着紺々　()", max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("シャツ", "しゃつ"),
        ("ｶﾞｰｾﾞ", "ガーゼ"),
        ("が", "か\u3099"),
        ("パーカー", "ﾊﾟｰｶｰ"),
        ("Ｔシャツ", "t-しゃつ"),
        ("４１－２２０８", "41-2208"),
        ("CAFÉ", "cafe"),
        ("クルーネック・半袖", "クルーネック半袖"),
        ("11ー0104", "11-0104"),
        ("いすゞ", "イスヾ"),
    ],
)
def test_what_is_written_differently_is_one_word(one: str, other: str) -> None:
    assert words_of(one) == words_of(other) != []


@pytest.mark.parametrize(("one", "other"), [("ハ", "バ"), ("ハ", "パ"), ("紺", "綿")])
def test_what_sounds_differently_is_not(one: str, other: str) -> None:
    assert words_of(one) != words_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("しやつ", "シャツ"),
        ("シヤツ", "しゃつ"),
        ("セタ", "セーター"),
        ("せえたー", "せえた"),
        ("カツトソー", "カットソー"),
        ("ヴアイオリン", "ヴァイオリン"),
        ("一ヵ月", "一カ月"),
    ],
)
def test_small_kana_typed_large_and_long_vowels_left_out_are_loosely_one_word(one: str, other: str) -> None:
    assert loose_form(words_of(one)[0]) == loose_form(words_of(other)[0])
    assert occurs_loosely(words_of(one)[0], words_of(other))


@pytest.mark.parametrize(("one", "other"), [("ハ", "バ"), ("ハ", "パ"), ("紺", "綿"), ("コオト", "コート")])
def test_what_sounds_differently_is_not_even_loosely(one: str, other: str) -> None:
    assert loose_form(words_of(one)[0]) != loose_form(words_of(other)[0])


@given(st.text())
def test_what_occurs_occurs_loosely(text: str) -> None:
    assert all(occurs_loosely(word, words_of(text)) for word in words_of(text) if loose_form(word))


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_word_has_letters_and_digits_only(text: str) -> None:
    assert all(word and word.isalnum() for word in words_of(text))


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("黒コート", ["黒", "コート"]),
        ("綿100", ["綿", "100"]),
        ("tシャツ", ["t", "シャツ"]),
        ("2wayバッグ", ["2", "way", "バッグ"]),
        ("上着", ["上着"]),
    ],
)
def test_a_word_is_cut_where_its_script_changes(word: str, parts: list[str]) -> None:
    assert split_by_script(word) == parts


@given(TEXTS)
def test_the_parts_of_a_word_are_the_word(text: str) -> None:
    assert all("".join(split_by_script(word)) == word for word in words_of(text))


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("ート", "トレンチコート", True),
        ("着", "上着", True),
        ("コ", "コート", True),
        ("ー", "コート", False),  # a single kana only begins a word: nearly every name has it somewhere
        ("ート", "コー トップ", False),
        ("2208", "41-2208", True),
        ("トト", "コート トップ", False),
    ],
)
def test_where_a_word_occurs(word: str, text: str, found: bool) -> None:
    assert occurs_in_words(word, words_of(text)) is found


@given(st.lists(TEXTS, max_size=3), TEXTS)
def test_the_grams_answer_as_the_texts_do(texts: list[str], asked: str) -> None:
    words = [word for text in texts for word in words_of(text)]
    with sqlite3.connect(":memory:") as db:
        db.execute("create virtual table t using fts5(words, tokenize = \"ascii tokenchars '^='\")")
        db.execute("insert into t values (?)", (grams_of_words(words),))

        def matches(query: str) -> bool:
            return bool(db.execute("select count(*) from t where t match ?", (query,)).fetchone()[0])

        for word in words_of(asked):
            assert matches(gram_query(word)) is occurs_in_words(word, words), (word, words)
            if loose_form(word):
                assert matches(loose_gram_query(word)) is occurs_loosely(word, words), (word, words)
    db.close()

"""A page's question goes to HQ and comes back in time, or not at all; only the wire is make-believe."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.features.stock import NeighbourStock
from edge.platform.clock import Now
from edge.platform.database import rows
from edge.platform.process import ProcessLife
from edge.replica import hq_query
from edge.replica.hq_query import ANSWER_TIMEOUT_MS, Question
from sync.protocol import topics
from sync.protocol.messages import Answer, Ask, HqPresence
from sync.query_relay import DELETE_AFTER_MS
from sync.transport.mqtt_events import Connected, Disconnected
from tests.sync.test_session import PRESENCE, Shop

ANSWERS = topics.hq_topic("chain", "ginza", "answer")
GTIN = "04512345678906"
NEAR = msgspec.Raw(b'{"store":"shibuya","on_hand":3}')


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    made.round(Connected())
    made.hear(PRESENCE, HqPresence(state="up", time=made.now.text))
    yield made
    made.stop()
    made.web.conn.close()


def asked(shop: Shop) -> Question:
    found = hq_query.submit_question(shop.web, "stock", {"gtin": GTIN}, shop.now)
    assert found
    return found


def sent(shop: Shop) -> list[Ask]:
    return [message.header for message in shop.line.said(Ask) if isinstance(message.header, Ask)]


def answers(shop: Shop) -> list[dict[str, Any]]:
    return rows(shop.web, "select * from answers order by question")


def passes(shop: Shop, ms: int) -> None:
    shop.now = replace(shop.now, uptime_ms=shop.now.uptime_ms + ms)


@pytest.mark.parametrize(
    ("later", "boot", "left"),
    [(0, "a", 800), (1, "a", 799), (799, "a", 1), (800, "a", 0), (100_000, "a", 0), (0, "b", 0)],
)
def test_an_answer_is_worth_something_for_800_ms_of_the_same_boot(later: int, boot: str, left: int, shop: Shop) -> None:
    asked = Question(seq=1, question="stock", args="{}", boot="a", until_ms=1000 + ANSWER_TIMEOUT_MS)
    assert asked.ms_left(Now(shop.now.time, "unset", boot, 1000 + later)) == left


def test_a_question_goes_out_in_the_next_round_and_its_answer_comes_back(shop: Shop) -> None:
    mine = asked(shop)
    passes(shop, 30)
    shop.round()
    (said,) = sent(shop)
    assert (said.question, said.args, said.within_ms) == ("stock", {"gtin": GTIN}, ANSWER_TIMEOUT_MS - 30)
    shop.hear(ANSWERS, Answer(id=said.id), [NEAR])
    assert answers(shop) == [{"question": mine.seq, "word": "told", "body": f"[{bytes(NEAR).decode()}]"}]
    shop.round()
    assert len(sent(shop)) == 1


def test_a_late_answer_is_dropped(shop: Shop) -> None:
    asked(shop)
    shop.round()
    passes(shop, ANSWER_TIMEOUT_MS)
    shop.hear(ANSWERS, Answer(id=sent(shop)[0].id), [NEAR])
    assert (answers(shop), shop.rounds.ear.refused) == ([], {"late_answer": 1})


def test_an_answer_to_nothing_that_was_asked_is_dropped_and_so_is_a_second_one(shop: Shop) -> None:
    shop.hear(ANSWERS, Answer(id="f-1"), [NEAR])
    assert answers(shop) == []
    asked(shop)
    shop.round()
    for rest in ([NEAR], []):
        shop.hear(ANSWERS, Answer(id=sent(shop)[0].id), rest)
    assert [row["body"] for row in answers(shop)] == [f"[{bytes(NEAR).decode()}]"]
    assert shop.rounds.ear.refused == {"late_answer": 2}


def test_what_was_asked_before_sync_began_anew_is_forgotten_with_its_answer(shop: Shop) -> None:
    asked(shop)
    shop.round()
    old = sent(shop)[0].id
    shop.stop()
    shop.line.taken.clear()
    shop.start()
    shop.round(Connected())
    shop.hear(ANSWERS, Answer(id=old), [NEAR])
    assert (sent(shop), answers(shop)) == ([], [])


def test_an_old_answer_said_again_answers_no_question_of_a_restored_box(shop: Shop) -> None:
    mine = asked(shop)
    shop.round()
    old = sent(shop)[0].id
    shop.stop()
    shop.web.conn.execute("delete from questions")
    shop.web.conn.execute(
        "delete from sqlite_sequence where name = 'questions'"
    )  # the backup is older than the question
    shop.start()
    shop.round(Connected())
    shop.hear(PRESENCE, HqPresence(state="up", time=shop.now.text))
    assert asked(shop).seq == mine.seq
    shop.round()
    shop.hear(ANSWERS, Answer(id=old), [NEAR])
    assert answers(shop) == []


def test_with_the_line_down_nobody_is_asked_and_nothing_is_written(shop: Shop) -> None:
    shop.round(Disconnected("gone"))
    assert hq_query.submit_question(shop.web, "stock", {"gtin": GTIN}, shop.now) is None
    assert rows(shop.web, "select * from questions") == []
    assert hq_query.ask_hq(shop.web, dict[str, str], "stock", {"gtin": GTIN}, ProcessLife()) is None


@pytest.mark.parametrize("trouble", ["line", "full"])
def test_a_question_the_line_cannot_take_is_answered_at_once_that_nobody_is_there(shop: Shop, trouble: str) -> None:
    mine = asked(shop)
    shop.line.has_room = trouble != "full"
    shop.round(*([Disconnected("gone")] if trouble == "line" else []))
    assert [(row["question"], row["word"]) for row in answers(shop)] == [(mine.seq, "no_line")]
    assert hq_query.wait_for_answer(shop.web, mine, ProcessLife()) is None
    assert mine.ms_left(shop.now) == ANSWER_TIMEOUT_MS


def test_who_waits_hears_the_answer_and_gives_up_when_it_is_worth_nothing(shop: Shop) -> None:
    mine = asked(shop)
    hq_query.write_answer(shop.rounds.db, mine, "told", "[1]")
    assert hq_query.wait_for_answer(shop.web, mine, ProcessLife()) == "[1]"
    dead = msgspec.structs.replace(mine, seq=mine.seq + 1, until_ms=shop.now.uptime_ms)
    assert hq_query.wait_for_answer(shop.web, dead, ProcessLife()) is None


@pytest.mark.parametrize("body", ['[{"pieces":1}]', "[1]", "{}", "[", ""])
def test_an_answer_that_cannot_be_read_is_no_answer(body: str) -> None:
    assert hq_query.decode_answer(NeighbourStock, body) is None
    assert hq_query.decode_answer(NeighbourStock, f"[{bytes(NEAR).decode()}]") == [
        NeighbourStock(store="shibuya", on_hand=3)
    ]


def test_only_the_newest_questions_and_answers_stay(shop: Shop) -> None:
    for _ in range(hq_query.MAX_ANSWERS_KEPT + 20):
        mine = asked(shop)
        shop.round()
        shop.hear(ANSWERS, Answer(id=sent(shop)[-1].id), [NEAR])
        shop.line.taken.clear()
    for table, key in (("questions", "seq"), ("answers", "question")):
        found = [row[key] for row in rows(shop.web, f"select {key} from {table} order by {key}")]
        assert found == list(range(mine.seq - hq_query.MAX_ANSWERS_KEPT + 1, mine.seq + 1))


def test_asking_does_not_wait_for_the_card_and_a_scan_still_does(shop: Shop) -> None:
    levels: list[int] = []
    shop.web.conn.set_trace_callback(
        lambda sql: levels.append(_synchronous(shop)) if sql.startswith("insert into questions") else None
    )
    asked(shop)
    shop.web.conn.set_trace_callback(None)
    assert (levels, _synchronous(shop)) == ([1], 2)


def _synchronous(shop: Shop) -> int:
    level: int = shop.web.conn.execute("pragma synchronous").fetchone()[0]
    return level


def test_an_answer_is_gone_from_the_stores_file_once_nobody_can_wait_for_it(shop: Shop) -> None:
    asked(shop)
    shop.round()
    shop.hear(ANSWERS, Answer(id=sent(shop)[0].id), [NEAR])
    passes(shop, ANSWER_TIMEOUT_MS)
    shop.round()
    assert len(answers(shop)) == 1  # the page that asked may be about to read it
    passes(shop, DELETE_AFTER_MS + 1)
    shop.round()
    assert answers(shop) == []


def test_an_answer_that_a_killed_sync_left_behind_is_gone_at_the_next_start(shop: Shop) -> None:
    asked(shop)
    shop.round()
    shop.hear(ANSWERS, Answer(id=sent(shop)[0].id), [NEAR])
    shop.stop()
    shop.start()
    assert answers(shop) == []

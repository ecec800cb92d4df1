"""Batches that wait together are kept together, and one that trips a bug does not stop the others."""

from sqlite_utils import Database

from edge.platform.database import rows, writing
from sync.hq.ingest import group_commit
from sync.protocol.messages import Ack, Nack
from tests.sync.hq.telling import Teller


def told(store: str, count: int = 4) -> Teller:
    teller = Teller(store=store)
    for number in range(count):
        teller.tell("visit.checked_in", {"n": number})
    return teller


def test_of_several_batches_of_a_lane_one_acknowledgement_says_all(hq: Database) -> None:
    teller = told("ginza")
    answers = group_commit.keep_or_nack(hq, [teller.batch(0, 2), teller.batch(2, 3), teller.batch(3, 4)])
    assert [(store, answer.seq) for store, answer in answers if isinstance(answer, Ack)] == [("ginza", 4)]


def test_a_fork_in_a_group_is_said_beside_the_acknowledgement(hq: Database) -> None:
    ours, theirs = told("ginza"), told("ginza", 2)
    theirs.tell("visit.left")
    answers = [answer for _, answer in group_commit.keep_or_nack(hq, [ours.all(), theirs.all()])]
    assert [answer.fork for answer in answers if isinstance(answer, Ack)] == [True, False]


def test_a_batch_that_cannot_be_kept_is_refused_and_the_others_are_kept(hq: Database) -> None:
    """HQ's own row of the stock is broken, so counting trips: a bug at HQ, which must not stop the chain."""
    with writing(hq):
        hq.conn.execute("insert into rows (feed, scope, key, version, body) values ('stock', 'yokohama', 'g', 1, '{')")
    broken = Teller(store="yokohama", lane=1)
    broken.tell("stock.moved", {"gtin": "g", "quantity": 1})
    answers = dict(group_commit.keep_or_nack(hq, [told("ginza").all(), broken.all(), told("kichijoji").all()]))
    assert isinstance(answers["yokohama"], Nack)
    assert isinstance(answers["ginza"], Ack)
    assert isinstance(answers["kichijoji"], Ack)
    kept = rows(hq, "select store, count(*) n from facts group by store order by store")
    assert [(row["store"], row["n"]) for row in kept] == [("ginza", 4), ("kichijoji", 4)]


def test_what_a_group_asks_and_waits_for_does_not_grow_with_its_batches(hq: Database) -> None:
    said: list[str] = []
    hq.conn.set_trace_callback(said.append)

    def asked(stores: int, first: str) -> tuple[int, int]:
        said.clear()
        answers = group_commit.keep_or_nack(hq, [told(f"{first}{number}", 1).all() for number in range(stores)])
        assert [answer.seq for _, answer in answers if isinstance(answer, Ack)] == [1] * stores
        return sum("select" in sql for sql in said), sum(sql == "commit" for sql in said)

    assert asked(2, "few") == asked(40, "many")
    assert asked(1, "one")[1] == 1


def test_one_bad_batch_among_many_does_not_cost_each_of_them_a_transaction(hq: Database) -> None:
    with writing(hq):
        hq.conn.execute("insert into rows (feed, scope, key, version, body) values ('stock', 'yokohama', 'g', 1, '{')")
    broken = Teller(store="yokohama", lane=1)
    broken.tell("stock.moved", {"gtin": "g", "quantity": 1})
    batches = [told(f"s{number}").all() for number in range(63)]
    said: list[str] = []
    hq.conn.set_trace_callback(said.append)
    answers = group_commit.keep_or_nack(hq, [*batches[:20], broken.all(), *batches[20:]])
    hq.conn.set_trace_callback(None)
    assert [store for store, answer in answers if isinstance(answer, Nack)] == ["yokohama"]
    assert sum(isinstance(answer, Ack) for _, answer in answers) == 63
    assert sum(sql == "commit" for sql in said) <= 6  # halves of 64

"""Batches that wait together are kept together, and one that trips a bug does not stop the others."""

from sqlite_utils import Database

from edge.store import rows, writing
from sync.headers import Ack, Nack
from sync.hq import group
from tests.sync.hq.telling import Teller


def told(store: str, count: int = 4) -> Teller:
    teller = Teller(store=store)
    for number in range(count):
        teller.tell("visit.checked_in", {"n": number})
    return teller


def test_of_several_batches_of_a_lane_one_acknowledgement_says_all(hq: Database) -> None:
    teller = told("ginza")
    answers = group.keep(hq, [teller.batch(0, 2), teller.batch(2, 3), teller.batch(3, 4)])
    assert [(store, answer.seq) for store, answer in answers if isinstance(answer, Ack)] == [("ginza", 4)]


def test_a_fork_in_a_group_is_said_beside_the_acknowledgement(hq: Database) -> None:
    ours, theirs = told("ginza"), told("ginza", 2)
    theirs.tell("visit.left")
    answers = [answer for _, answer in group.keep(hq, [ours.all(), theirs.all()])]
    assert [answer.fork for answer in answers if isinstance(answer, Ack)] == [True, False]


def test_a_batch_that_cannot_be_kept_is_refused_and_the_others_are_kept(hq: Database) -> None:
    """HQ's own row of the stock is broken, so counting trips: a bug at HQ, which must not stop the chain."""
    with writing(hq):
        hq.conn.execute("insert into rows (feed, scope, key, version, body) values ('stock', 'yokohama', 'g', 1, '{')")
    broken = Teller(store="yokohama", lane=1)
    broken.tell("stock.moved", {"gtin": "g", "quantity": 1})
    answers = dict(group.keep(hq, [told("ginza").all(), broken.all(), told("kichijoji").all()]))
    assert isinstance(answers["yokohama"], Nack)
    assert isinstance(answers["ginza"], Ack)
    assert isinstance(answers["kichijoji"], Ack)
    kept = rows(hq, "select store, count(*) n from facts group by store order by store")
    assert [(row["store"], row["n"]) for row in kept] == [("ginza", 4), ("kichijoji", 4)]

"""The commands that a person at HQ types, and their output."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from edge.platform.database import rows, writing
from edge.retention import unswept
from sync.hq.cli.main import hq
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.feeds import feed, row_types
from sync.hq.ingest.batch_keeping import keep_batch, keep_batches
from sync.hq.schema import HQ_DB, hq_store_migrations
from sync.hq.store_commands import open_commands
from sync.hq.stores import presence
from sync.protocol.ed25519_keys import private_from_text, public_to_text
from sync.protocol.messages import ScannerCounts, State
from tests.sync.hq.telling import Teller

GTIN = "04901234567894"


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(hq, [*words, "--dir", str(folder)])


def said(folder: Path, *words: str) -> str:
    result = run(folder, *words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(folder: Path, *words: str) -> str:
    result = run(folder, *words)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "hq"
    said(place, "init", "--chain", "test")
    for store in ("ginza", "yokohama"):
        said(place, "stores", "add", store)
    return place


def body(folder: Path, name: str, scope: str, key: str) -> Any:
    with open_headquarters(folder) as db:
        return json.loads(feed.row_body(db, name, scope, key) or "null")


def stock(folder: Path, on_hand: int, name: str = "stock.csv") -> Path:
    file = folder.parent / name
    file.write_text(f"gtin,on_hand,shelf\n{GTIN},{on_hand},B-14\n")
    return file


def tell(folder: Path, teller: Teller) -> None:
    with open_headquarters(folder) as db:
        keep_batch(db, *teller.all())


def test_a_headquarters_is_made_once_and_another_chains_is_not_touched(folder: Path) -> None:
    before = (folder / "hq-key.json").read_bytes()
    said(folder, "init", "--chain", "test")
    assert (folder / "hq-key.json").read_bytes() == before
    assert "of chain `test`, not of `other`" in refused(folder, "init", "--chain", "other")


def test_the_first_command_of_a_new_version_brings_an_older_headquarters_up_to_it(tmp_path: Path) -> None:
    db = Database(tmp_path / HQ_DB)
    hq_store_migrations.apply(db, stop_before="m003_roll_outs")
    db.conn.execute("insert into stores (id, name, public_key, since) values ('ginza', '銀座', '', '')")
    db.conn.commit()
    db.conn.close()
    assert "銀座" in said(tmp_path, "fleet")
    said(tmp_path, "stores", "group", "ginza", "pilot")


@pytest.mark.parametrize("name", ["all", "hq", "Ginza", "a/b", ""])
def test_a_store_may_not_be_called_what_topics_mean_otherwise(folder: Path, name: str) -> None:
    assert "expected small letters" in refused(folder, "stores", "add", name)


def test_an_enrolled_store_carries_a_key_that_hq_knows_and_nobody_else_may_read(folder: Path) -> None:
    seed = folder / "stores/ginza/store-signing.key"
    assert seed.stat().st_mode & 0o077 == 0
    with open_headquarters(folder) as db:
        known = {row["id"]: row["public_key"] for row in rows(db, "select id, public_key from stores")}
    assert known["ginza"] == public_to_text(private_from_text(seed.read_text()).public)


def test_a_revoked_store_is_enrolled_anew_with_another_key(folder: Path) -> None:
    seed = folder / "stores/ginza/store-signing.key"
    before = seed.read_text()
    assert "is enrolled" in refused(folder, "stores", "add", "ginza")
    said(folder, "stores", "revoke", "ginza")
    assert "revoked already" in refused(folder, "stores", "revoke", "ginza")
    said(folder, "stores", "add", "ginza")
    assert seed.read_text() != before


def test_a_folder_that_is_no_headquarters_is_said_to_be_none(tmp_path: Path) -> None:
    for words in (["fleet"], ["serve"], ["stores", "add", "ginza"], ["events"]):
        assert "no headquarters here" in refused(tmp_path / "nowhere", *words)
    assert not (tmp_path / "nowhere").exists()


def test_the_sample_chain_is_filled_once_and_left_as_it_lived_on(tmp_path: Path) -> None:
    assert "rows in" in said(tmp_path, "sample")
    with open_headquarters(tmp_path) as db:
        before = feed.changed_positions(db)
    assert "nothing was changed" in said(tmp_path, "sample")
    with open_headquarters(tmp_path) as db:
        assert feed.changed_positions(db) == before
        assert {row["scope"] for row in rows(db, "select scope from heads")} == {
            "all",
            "ginza",
            "kichijoji",
            "yokohama",
        }
    play = json.loads((tmp_path / "play.json").read_text())
    assert (play["chain"], play["store"]) == ("hanada", "ginza")


def test_a_dry_run_says_what_would_change_and_changes_nothing(folder: Path) -> None:
    told = said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza", "--dry-run")
    assert "1 would be new" in told
    assert body(folder, "stock", "ginza", GTIN) is None
    said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza")
    told = said(folder, "push", "stock", str(stock(folder, 7)), "--store", "ginza", "--dry-run")
    assert "on_hand: 5 -> 7" in told
    assert body(folder, "stock", "ginza", GTIN)["on_hand"] == 5


def test_a_file_pushed_again_sends_nothing(folder: Path) -> None:
    for expected in ("1 new", "1 the same"):
        assert expected in said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza")
    with open_headquarters(folder) as db:
        assert rows(db, "select version from heads where feed = 'stock'") == [{"version": 1}]


def test_a_whole_file_deletes_what_it_does_not_have(folder: Path) -> None:
    said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza")
    other = folder.parent / "other.csv"
    other.write_text("gtin,on_hand\n4912345678904,1\n")
    assert "1 would be deleted" in said(folder, "push", "stock", str(other), "--store", "ginza", "--whole", "--dry-run")
    assert body(folder, "stock", "ginza", GTIN)
    said(folder, "push", "stock", str(other), "--store", "ginza", "--whole")
    assert body(folder, "stock", "ginza", GTIN) is None


def test_a_pushed_number_counts_what_hq_has_kept_of_the_stores_facts(folder: Path) -> None:
    teller = Teller(lane=1)
    for _ in range(3):
        teller.tell("stock.moved", {"gtin": GTIN, "quantity": -1, "reserved": 0})
    tell(folder, teller)
    said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza")
    row = body(folder, "stock", "ginza", GTIN)
    assert (row["on_hand"], row["epoch"], row["through_seq"]) == (5, "e1", 3)


def test_a_pushed_number_counts_the_facts_of_the_epoch_that_came_last_also_when_both_came_at_once(folder: Path) -> None:
    tellers = [Teller(lane=1, epoch=epoch) for epoch in ("e1", "e2")]
    for teller in tellers:
        teller.tell("stock.moved", {"gtin": GTIN, "quantity": -1, "reserved": 0})
    with open_headquarters(folder) as db:
        keep_batches(db, [teller.all() for teller in tellers])
    said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza")
    row = body(folder, "stock", "ginza", GTIN)
    assert (row["epoch"], row["through_seq"]) == ("e2", 1)


CASES = {
    "x.csv": [
        ("gtin,on_hand\n4901234567894,many\n", "line 2, column 2: on_hand: expected `int`"),
        ("gtin,onhand\n4901234567894,1\n", "line 2, column 2: `onhand` is no field of stock"),
        ("gtin,on_hand\n4901234567894\n", "line 2, column 2: expected 2 cells"),
        ("gtin,on_hand\n\n4901234567894,1\n4901234567895,1\n", "line 4, column 1"),
        ("on_hand\n1\n", "line 2, column 1: `gtin` is missing"),
        ('gtin,on_hand\n"4901,1\n', "not readable as CSV"),
    ],
    "x.json": [
        ("{", "line 1, column 2: not readable as JSON"),
        ('[{"gtin":"4901234567894","on_hand":1},\n  {"gtin":"4901234567894"}]', "line 2, column 3"),
        ('[{"gtin":"4901234567894","on_hand":1},\n 5]', "line 2, column 2: expected an object"),
        ('"x"', "expected a list"),
    ],
    "x.jsonl": [('{"gtin":"4901234567894","on_hand":1}\n\n{oops', "line 3, column 2")],
    "x.toml": [("a = ", "not readable as TOML"), ("a = 1", "expected a row")],
    "x.xlsx": [("", "expected a file that ends in .csv")],
}


@pytest.mark.parametrize(("name", "text", "told"), [(name, *case) for name, cases in CASES.items() for case in cases])
def test_a_mistake_in_a_file_is_told_with_its_place_and_nothing_is_put(
    folder: Path, name: str, text: str, told: str
) -> None:
    file = folder.parent / name
    file.write_text(text)
    answer = refused(folder, "push", "stock", str(file), "--store", "ginza")
    assert name in answer
    assert told in answer
    with open_headquarters(folder) as db:
        assert rows(db, "select * from rows") == []


def test_a_file_excel_wrote_in_japan_is_read_when_it_is_said_so(folder: Path) -> None:
    file = folder.parent / "x.csv"
    file.write_bytes(f"gtin,on_hand,shelf\n{GTIN},1,棚\n".encode("cp932"))
    assert "--encoding cp932" in refused(folder, "push", "stock", str(file), "--store", "ginza")
    said(folder, "push", "stock", str(file), "--store", "ginza", "--encoding", "cp932")
    assert body(folder, "stock", "ginza", GTIN)["shelf"] == "棚"


def test_who_hears_a_feed_must_be_said_where_it_differs(folder: Path) -> None:
    file = str(stock(folder, 1))
    assert "Give --store" in refused(folder, "push", "stock", file)
    assert "not enrolled" in refused(folder, "push", "stock", file, "--store", "osaka")
    assert "leave --store out" in refused(folder, "push", "catalogue", file, "--store", "ginza")


def order_file(folder: Path, state: str) -> str:
    file = folder.parent / "orders.json"
    file.write_text(
        json.dumps([{"order": "o1", "number": "4821", "state": state, "lines": [{"line": 1, "gtin": GTIN}]}])
    )
    return str(file)


def test_the_same_orders_pushed_again_do_not_undo_what_the_store_did(folder: Path) -> None:
    said(folder, "push", "orders", order_file(folder, "placed"), "--store", "ginza")
    teller = Teller()
    teller.tell("pickup.accepted", {"order": "o1", "number": "4821"})
    tell(folder, teller)
    said(folder, "push", "orders", order_file(folder, "placed"), "--store", "ginza")
    assert body(folder, "orders", "ginza", "o1")["state"] == "accepted"
    said(folder, "push", "orders", order_file(folder, "cancelled"), "--store", "ginza")
    assert body(folder, "orders", "ginza", "o1")["state"] == "cancelled"


def test_cancelling_what_is_handed_over_is_a_conflict_until_somebody_settles_it(folder: Path) -> None:
    said(folder, "push", "orders", order_file(folder, "ready_for_pickup"), "--store", "ginza")
    teller = Teller()
    teller.tell("pickup.handed_over", {"order": "o1", "number": "4821"})
    tell(folder, teller)
    assert "is a conflict" in said(folder, "push", "orders", order_file(folder, "cancelled"), "--store", "ginza")
    assert body(folder, "orders", "ginza", "o1")["state"] == "handed_over"
    assert "4821" in said(folder, "conflicts", "list")
    said(folder, "conflicts", "settle", "ginza", "o1")
    assert "4821" not in said(folder, "conflicts", "list")
    assert "settled already" in refused(folder, "conflicts", "settle", "ginza", "o1")


def test_what_hq_did_not_take_is_shown_by_store_and_reason(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    teller = Teller()
    for _ in range(3):
        teller.tell("pickup.conflict", {"order": "y-1", "number": "4821"})
    tell(folder, teller)
    shown = said(folder, "refused")
    assert "conflict_not_its_own" in shown
    assert "an order that is not the store's own" in shown
    (row,) = json.loads(said(folder, "refused", "--json", "--store", "ginza"))
    assert (row["store"], row["reason"], row["times"]) == ("ginza", "conflict_not_its_own", 3)
    assert json.loads(said(folder, "refused", "--json", "--store", "yokohama")) == []
    assert caplog.text.count("not its own") == 1  # a flood of such facts is no flood of the log
    assert "y-1" not in said(folder, "conflicts", "list")


def test_stores_around_hear_of_stock_and_open_orders_and_of_nobodys_name(folder: Path) -> None:
    for store, other in (("ginza", "yokohama"), ("yokohama", "ginza")):
        config = folder.parent / f"{store}.toml"
        config.write_text(f'[[place.neighbours]]\nstore = "{other}"\nname = {{ ja = "x" }}\nway = {{ ja = "y" }}\n')
        said(folder, "push", "config", str(config), "--store", store)
    said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza")
    assert body(folder, "neighbours", "yokohama", GTIN)["stores"] == [{"store": "ginza", "on_hand": 5}]
    file = folder.parent / "orders.json"
    file.write_text(
        json.dumps(
            [
                {
                    "order": "o1",
                    "number": "4821",
                    "state": "ready_for_pickup",
                    "name": "サトウ",
                    "lines": [{"line": 1, "gtin": GTIN}],
                }
            ]
        )
    )
    said(folder, "push", "orders", str(file), "--store", "ginza")
    stub = body(folder, "orders", "yokohama", "o1")
    assert (stub["store"], stub["state"], stub["name"]) == ("ginza", "ready_for_pickup", "")
    teller = Teller()
    teller.tell("pickup.handed_over", {"order": "o1", "number": "4821"})
    tell(folder, teller)
    assert body(folder, "orders", "yokohama", "o1") is None


def test_a_pin_in_a_file_is_kept_as_a_hash_only(folder: Path) -> None:
    file = folder.parent / "staff.csv"
    file.write_text("staff,name,mark,role,pin\nmori,森,森,clerk,4821\n")
    said(folder, "push", "staff", str(file), "--store", "ginza")
    assert body(folder, "staff", "ginza", "mori")["pin"].startswith("$argon2id$")


def test_a_row_hq_has_learnt_to_read_is_taken_in_and_counted(folder: Path) -> None:
    said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza")
    teller = Teller(lane=1)
    teller.put(1, "not json")
    teller.tell("stock.moved", {"gtin": GTIN, "quantity": -1, "reserved": 0})
    teller.tell("stock.moved", {"gtin": GTIN, "quantity": -1, "reserved": 0})
    tell(folder, teller)
    assert "not a CloudEvent" in said(folder, "quarantine", "list")
    assert "0 taken in, 1 stay" in said(folder, "quarantine", "retry")
    with (
        open_headquarters(folder) as db,
        writing(db),
    ):  # as if the fact had been one of those HQ could not read when it came
        db.conn.execute(
            """insert into quarantine (store, epoch, lane, seq, ordinal, event, hash, reason, received)
               select store, epoch, lane, seq, ordinal, cast(event as blob), hash, 'too new', received
               from facts where seq = 2"""
        )
        db.conn.execute("delete from facts where seq = 2")
        row = {**json.loads(feed.row_body(db, "stock", "ginza", GTIN) or ""), "on_hand": 4}
        feed.put_rows(db, "stock", "ginza", [(GTIN, row_types.checked_text("stock", GTIN, row))])
    assert "1 taken in, 1 stay" in said(folder, "quarantine", "retry")
    row = body(folder, "stock", "ginza", GTIN)
    assert (row["on_hand"], row["through_seq"]) == (3, 3)
    with open_headquarters(folder) as db:
        assert [one["seq"] for one in rows(db, "select seq from facts order by seq")] == [2, 3]


def test_events_are_shown_by_store_and_kind(folder: Path) -> None:
    for store in ("ginza", "yokohama"):
        teller = Teller(store=store)
        teller.tell("visit.checked_in", {"miles": 10})
        teller.tell("pickup.ready", {"order": "o9"})
        tell(folder, teller)
    told = said(folder, "events", "--store", "ginza", "--type", "pickup.")
    assert "order=o9" in told
    assert "visit" not in told
    assert "yokohama" not in told
    lines = said(folder, "events", "--json", "--all").splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["noren.visit.checked_in", "noren.pickup.ready"] * 2
    assert len(said(folder, "events", "--last", "1").splitlines()) == 1


def test_a_day_is_counted_by_the_stores_own_clock(folder: Path) -> None:
    teller = Teller()
    for _ in range(3):
        teller.tell("visit.checked_in")
    tell(folder, teller)
    lines = json.loads(said(folder, "report", "--day", "2026-11-21", "--json"))
    assert lines == [{"store": "ginza", "type": "visit.checked_in", "count": 3}]
    assert json.loads(said(folder, "report", "--day", "2026-11-20", "--json")) == []


def test_hand_overs_are_counted_by_proof_and_clerk(folder: Path) -> None:
    teller, step = Teller(), {"order": "o9", "number": "9", "from": "ready_for_pickup"}
    teller.tell("pickup.handed_over", {**step, "proof": "code", "paid_here": False}, staff="mori")
    for proof in ("name", "name", "proxy"):
        teller.tell("pickup.handed_over", {**step, "proof": proof, "paid_here": False}, staff="hayashi")
    teller.tell("pickup.handover_undone", step, staff="hayashi")
    teller.tell("staff.viewed_member", {"order": "o9", "number": "9", "why": "name_check"}, staff="hayashi")
    for past in (True, False):
        teller.tell("staff.viewed_visitor", {"scan": "scans/1", "past": past}, staff="hayashi")
    teller.tell("staff.unusual_looks", {"names": 5, "minutes": 10}, staff="hayashi")
    teller.tell("staff.signed_in", staff="hara")
    tell(folder, teller)
    day = ("report", "--day", "2026-11-21", "--clerks")
    table = [line.split() for line in said(folder, *day).splitlines()]
    assert ["ginza", "hayashi", "0", "2", "1", "1", "1", "1", "1"] in table
    assert ["ginza", "mori", "1", "0", "0", "0", "0", "0", "0"] in table
    assert [one["staff"] for one in json.loads(said(folder, *day, "--json"))] == ["hayashi", "mori"]
    assert json.loads(said(folder, *day, "--json", "--store", "yokohama")) == []


def test_the_fleet_shows_stores_that_were_never_heard_and_what_needs_a_person(folder: Path) -> None:
    teller = Teller()
    teller.put(1, "not json")
    tell(folder, teller)
    fleet = {one["store"]: one for one in json.loads(said(folder, "fleet", "--json"))}
    assert (fleet["ginza"]["line"], fleet["ginza"]["quarantine"], fleet["ginza"]["facts"]) == ("never", 1, 1)
    assert fleet["yokohama"]["quarantine"] == 0
    said(folder, "stores", "revoke", "ginza")
    assert "revoked" in said(folder, "fleet")


def test_an_order_to_a_store_is_signed_with_an_end(folder: Path) -> None:
    said(folder, "tell", "ginza", "reload", "feed=stock")
    with open_headquarters(folder) as db:
        (scope, do) = open_commands(db)[0]
    assert (scope, do.command, do.args) == ("ginza", "reload", {"feed": "stock"})
    assert "expected name=value" in refused(folder, "tell", "ginza", "reload", "stock")
    assert "not enrolled" in refused(folder, "tell", "osaka", "birth")


def test_a_restored_headquarters_begins_a_new_epoch_of_every_feed(folder: Path) -> None:
    said(folder, "push", "stock", str(stock(folder, 5)), "--store", "ginza")
    with open_headquarters(folder) as db:
        before = feed.feed_position(db, "stock", "ginza")
    said(folder, "restored")
    with open_headquarters(folder) as db:
        after = feed.feed_position(db, "stock", "ginza")
    assert before
    assert after
    assert (before.epoch != after.epoch, before.version, before.digest) == (True, after.version, after.digest)


def test_the_fleet_shows_what_went_into_each_scanner_and_what_came_out(folder: Path) -> None:
    scans = {
        "scanner-k1": ScannerCounts(heard=1418, readings=101, refused=1, answered=99),
        "deaf": ScannerCounts(heard=300, readings=0, refused=12),
    }
    born = State(store="ginza", state="birth", boot=1, epoch="e", box="b", scans=scans)
    with open_headquarters(folder) as db, writing(db):
        presence.note_presence(db, born, "2026-11-21T10:00:00.000Z")
    table = said(folder, "fleet", "--scans").splitlines()
    assert [line.split() for line in table[1:]] == [
        ["ginza", "deaf", "300", "0", "12", "0"],
        ["ginza", "scanner-k1", "1418", "101", "1", "99"],
    ]
    assert "deaf sent 300 bytes, and no code could be read from them" in said(folder, "fleet")


def test_the_fleet_names_a_store_whose_records_pile_up_for_want_of_a_clock(folder: Path) -> None:
    for days, told in ((unswept.LATE_AFTER_DAYS - 1, False), (unswept.LATE_AFTER_DAYS, True)):
        born = State(store="ginza", state="birth", boot=1, epoch="e", box="b", clock="holdover", unswept=days)
        with open_headquarters(folder) as db, writing(db):
            presence.note_presence(db, born, "2026-11-21T10:00:00.000Z")
        assert ("time server (NTP)" in said(folder, "fleet")) is told

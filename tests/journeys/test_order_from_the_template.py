"""An order as `noren hq template orders` has it, with no number and no secret, can be proven and handed over at the counter."""

from pathlib import Path

import msgspec
from click.testing import CliRunner

from edge.features.pickup import order as orders
from edge.features.pickup.state_machine import State
from edge.platform.clock import now
from edge.platform.process import ProcessLife
from edge.platform.sqlite_file import key_of_connection
from sync.feeds import replica_table
from sync.feeds.stored_row import stored_row
from sync.hq.cli.main import hq
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.feeds import feed
from sync.protocol.messages import FeedDelta, FeedRow
from tests.ui.shop_floor import PIN, Floor, open_floor, tick
from ui.app import make_app
from ui.process_state.screens import Screens
from ui.staff.form_key import new_form_key


def said(folder: Path, *words: str) -> str:
    result = CliRunner().invoke(hq, [*words, "--dir", str(folder)])
    assert result.exit_code == 0, result.output
    return result.output


def pushed(folder: Path) -> tuple[str, str, str]:
    """The template's order at a headquarters, ready for pickup: its id, number and code as the shopper gets them."""
    said(folder, "init", "--chain", "test")
    said(folder, "stores", "add", "ginza")
    file, out = folder.parent / "orders.csv", folder.parent / "codes.csv"
    text = CliRunner().invoke(hq, ["template", "orders"]).output
    file.write_text(text.replace(",4821,placed,", ",,ready_for_pickup,"), encoding="utf-8")
    assert "1 pickup codes made" in said(folder, "push", "orders", str(file), "--store", "ginza", "--out", str(out))
    assert "1 the same" in said(folder, "push", "orders", str(file), "--store", "ginza")
    name, number, code = out.read_text(encoding="utf-8-sig").splitlines()[1].split(",")
    return name, number, code


def send(folder: Path, floor: Floor, order: str) -> None:
    """What HQ has of the order, into the store's mirror as sync puts it there."""
    with open_headquarters(folder) as db:
        body = feed.row_body(db, "orders", "ginza", order)
    assert body
    row = FeedRow(key=order, version=1, body=msgspec.Raw(body.encode()))
    stored = stored_row("orders", row, key_of_connection(floor.hq.conn))
    assert stored.fault is None
    here = replica_table.feed_position(floor.hq, "orders")
    replica_table.apply_message(
        floor.hq, here, FeedDelta(feed="orders", epoch="e", since=0, version=1), [stored], now().text
    )


def test_an_order_from_the_template_is_proven_by_its_code_and_handed_over(tmp_path: Path) -> None:
    name, number, code = pushed(tmp_path / "hq")
    floor = open_floor(tmp_path / "data")
    try:
        send(tmp_path / "hq", floor, name)
        client = make_app(floor.config, floor.box, Screens(), ProcessLife()).test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
        assert number in client.get("/staff/counter-1").text
        assert floor.scan(code[:-1], "counter-1")  # not the whole secret
        assert 'data-proven="no"' in client.get(f"/staff/counter-1/order/{name}").text
        seq = floor.scan(code, "counter-1")
        page = client.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True)
        assert 'data-proven="yes"' in page.text
        tick(client, name, "1-1", "1-2")
        client.post(f"/staff/counter-1/order/{name}/hand-over", data={"key": new_form_key()})
        found = orders.find_order(floor.db, floor.hq, floor.box, name)
        assert found is not None
        assert found.state is State.HANDED_OVER
    finally:
        floor.close()

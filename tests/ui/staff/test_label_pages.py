"""A label is asked for by a button or by itself; its end is on the order's page; without a printer there is no word of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from flask.testing import FlaskClient

from edge.config.policy import Policy, Printing
from edge.config.printer_sections import FolderPrinter
from edge.features.pickup.state_machine import State
from edge.features.printing import queue, results
from edge.features.printing.document import PickupLabel, decode_document
from edge.features.printing.job import JobEvent, JobReason, PrintJob
from edge.features.printing.printer_fault import PrinterFault
from edge.platform.clock import now
from edge.platform.database import writing
from tests.ui.shop_floor import FULL_NAME, PIN, POLICY, Floor, open_floor, pickup_code, tick
from ui.staff.form_key import new_form_key

HERE = "/staff/counter-1/order/o-4821"
BUTTON = "ラベルを印刷</button>"
PRINTERS = [FolderPrinter(id="labels", folder="/nowhere")]


@pytest.fixture
def printers(request: pytest.FixtureRequest) -> list[FolderPrinter]:
    """Of the store; none unless the test says so."""
    return getattr(request, "param", [])


@pytest.fixture
def floor(tmp_path: Path, printers: list[FolderPrinter]) -> Iterator[Floor]:
    opened = open_floor(tmp_path / "data")
    yield replace(opened, config=msgspec.structs.replace(opened.config, printers=list(printers)))
    opened.close()


@pytest.fixture
def with_printer(floor: Floor) -> None:
    results.note_printers(floor.db, {"labels": "file"}, now())


@pytest.fixture
def clerk(client: FlaskClient, floor: Floor) -> FlaskClient:
    """A clerk at counter-1, with order 4821 ready on shelf R-12."""
    floor.order("4821", shelf="R-12")
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    return client


def jobs(floor: Floor) -> list[PrintJob]:
    return queue.jobs_about(floor.db, "o-4821")


def label(job: PrintJob) -> PickupLabel:
    document = decode_document(job.document)
    assert isinstance(document, PickupLabel)
    return document


def press(clerk: FlaskClient, key: str | None = None) -> str:
    return clerk.post(f"{HERE}/label", data={"key": key or new_form_key()}, follow_redirects=True).text


def test_a_store_without_a_printer_has_no_word_of_labels(clerk: FlaskClient, floor: Floor) -> None:
    floor.policy(msgspec.structs.replace(POLICY, printing=Printing(label_on_ready=True)))
    assert "ラベル" not in clerk.get(HERE).text
    assert "ラベル" not in press(clerk)
    floor.order("4821", state=State.PICKING)
    put_ready(clerk)
    assert jobs(floor) == []


@pytest.mark.parametrize("printers", [PRINTERS], indirect=True)
@pytest.mark.usefixtures("with_printer")
class TestWithPrinter:
    def test_a_press_asks_for_one_label_however_often_it_is_sent(self, clerk: FlaskClient, floor: Floor) -> None:
        assert BUTTON in clerk.get(HERE).text
        key = new_form_key()
        for _ in range(3):
            page = press(clerk, key)
        (job,) = jobs(floor)
        assert "印刷を待っています" in page
        assert BUTTON not in page
        assert (job.printer, job.station, job.staff) == ("labels", "counter-1", "s-1")

    def test_the_label_says_which_order_and_where_and_no_more_of_the_name_than_allowed(
        self, clerk: FlaskClient, floor: Floor
    ) -> None:
        press(clerk)
        first = label(jobs(floor)[0])
        assert (first.number, first.code, first.shelf) == ("4821", "noren:o:o-4821", "R-12")
        assert first.name == f"{FULL_NAME[:1]}＊＊ 様"
        for printing, name in ((Printing(name="kana"), f"{FULL_NAME} 様"), (Printing(name="none"), "")):
            floor.policy(msgspec.structs.replace(POLICY, printing=printing))
            results.note(floor.db, jobs(floor)[0].seq, JobEvent.BEGIN, now())
            press(clerk)
            assert label(jobs(floor)[0]).name == name

    def test_the_code_of_a_label_opens_its_order_and_proves_nothing(self, clerk: FlaskClient, floor: Floor) -> None:
        press(clerk)
        seq = floor.scan(label(jobs(floor)[0]).code, "counter-1")
        page = clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text
        assert 'data-proven="no"' in page
        assert FULL_NAME not in page

    def test_a_label_read_by_a_shopper_says_nothing(self, clerk: FlaskClient, floor: Floor) -> None:
        seq = floor.scan("noren:o:o-4821", "kiosk-1")
        assert "4821" not in clerk.get(f"/kiosk/kiosk-1/outcome/{seq}").text

    def test_a_label_of_an_order_that_is_not_known_here_is_said_so(self, clerk: FlaskClient, floor: Floor) -> None:
        seq = floor.scan("noren:o:o-9999", "counter-1")
        assert '"do":"say"' in clerk.get(f"/staff/counter-1/outcome/{seq}").text

    def test_an_order_that_becomes_ready_gets_its_label_once_if_the_policy_says_so(
        self, clerk: FlaskClient, floor: Floor
    ) -> None:
        floor.policy(msgspec.structs.replace(POLICY, printing=Printing(label_on_ready=True)))
        floor.order("4821", state=State.PICKING)
        page = put_ready(clerk)
        (job,) = jobs(floor)
        assert label(job).shelf == "R-20"
        assert "印刷を待っています" in page

    def test_by_default_it_is_asked_for_by_hand(self, clerk: FlaskClient, floor: Floor) -> None:
        assert Policy().printing.label_on_ready is False
        floor.order("4821", state=State.PICKING)
        assert BUTTON in put_ready(clerk)
        assert jobs(floor) == []

    @pytest.mark.parametrize(
        ("events", "words"),
        [
            ([JobEvent.BEGIN], "ラベルを印刷しています"),
            ([JobEvent.BEGIN, JobEvent.FINISH], "ラベルを印刷しました"),
            ([JobEvent.BEGIN, JobEvent.BREAK_OFF], "ラベルが出たか、確かめられません（印刷のとちゅうで止まりました）"),
            ([JobEvent.REFUSE], "ラベルは印刷されませんでした（印刷のとちゅうで止まりました）"),
        ],
    )
    def test_what_became_of_it_is_on_the_page(
        self, clerk: FlaskClient, floor: Floor, events: list[JobEvent], words: str
    ) -> None:
        press(clerk)
        job = jobs(floor)[0].seq
        for event in events:
            why = JobReason.STOPPED if event in (JobEvent.BREAK_OFF, JobEvent.REFUSE) else ""
            results.note(floor.db, job, event, now(), why)
        assert words in clerk.get(HERE).text

    @pytest.mark.parametrize("fault", list(PrinterFault))
    @pytest.mark.parametrize("lang", ["ja", "en"])
    def test_why_it_waits_is_on_the_page(
        self, clerk: FlaskClient, floor: Floor, fault: PrinterFault, lang: str
    ) -> None:
        press(clerk)
        results.note_printer(floor.db, "labels", fault, now())
        page = clerk.get(f"{HERE}?lang={lang}").text
        assert ("直ると、自動で印刷します" if lang == "ja" else "printed by itself once") in page

    @pytest.mark.parametrize("reason", list(JobReason))
    def test_why_it_was_not_printed_has_words(self, clerk: FlaskClient, floor: Floor, reason: JobReason) -> None:
        press(clerk)
        results.note(floor.db, jobs(floor)[0].seq, JobEvent.REFUSE, now(), reason)
        for lang, word in (("ja", "もう一度印刷"), ("en", "Print it again")):
            assert word in clerk.get(f"{HERE}?lang={lang}").text

    def test_what_is_perhaps_printed_is_printed_again_once_when_somebody_says_so(
        self, clerk: FlaskClient, floor: Floor
    ) -> None:
        press(clerk)
        first = jobs(floor)[0].seq
        results.note(floor.db, first, JobEvent.BEGIN, now())
        assert clerk.post(f"{HERE}/label/{first}/again").status_code == 303
        assert [job.seq for job in jobs(floor)] == [first]
        results.note(floor.db, first, JobEvent.BREAK_OFF, now(), PrinterFault.GONE)
        for _ in range(2):
            clerk.post(f"{HERE}/label/{first}/again")
        (again,) = jobs(floor)
        assert (again.repeats, label(again).number) == (first, "4821")
        assert clerk.post(f"/staff/counter-1/order/o-4822/label/{first}/again").status_code == 404

    def test_a_full_queue_is_said_and_holds_no_order_up(
        self, clerk: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queue, "MOST_WAITING", 0)
        assert "印刷を待つラベルが多すぎます" in press(clerk)
        floor.policy(msgspec.structs.replace(POLICY, printing=Printing(label_on_ready=True)))
        floor.order("4821", state=State.PICKING)
        assert "R-20" in put_ready(clerk)
        assert jobs(floor) == []

    def test_an_order_that_is_not_on_a_shelf_has_no_label(self, clerk: FlaskClient, floor: Floor) -> None:
        floor.order("4821", state=State.PICKING)
        assert BUTTON not in clerk.get(HERE).text
        press(clerk)
        assert jobs(floor) == []

    def test_who_is_not_signed_in_prints_nothing(self, clerk: FlaskClient, floor: Floor) -> None:
        clerk.post("/staff/counter-1/logout")
        with writing(floor.db):
            floor.db.conn.execute("delete from staff_sessions")
        press(clerk)
        assert jobs(floor) == []

    def test_the_shoppers_own_code_still_proves_them(self, clerk: FlaskClient, floor: Floor) -> None:
        seq = floor.scan(pickup_code("4821"), "counter-1")
        assert 'data-proven="yes"' in clerk.get(f"/staff/counter-1/outcome/{seq}", follow_redirects=True).text


def put_ready(clerk: FlaskClient) -> str:
    tick(clerk, "o-4821", "1-1")
    return clerk.post(f"{HERE}/ready", data={"key": new_form_key(), "shelf": "r-20"}, follow_redirects=True).text

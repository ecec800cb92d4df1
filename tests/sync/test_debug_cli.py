"""Messages made and read from the shell are the same that store and HQ make and read; what is wrong is said plainly."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from edge.crypto import sealed_secret
from edge.crypto.data_key import DataKey
from sync.debug_cli import by_hand
from sync.hq.enrolment.founding import enrol_store, found_headquarters
from sync.hq.enrolment.keys import read_hq_key
from sync.protocol import envelope
from sync.protocol.ed25519_keys import private_from_text
from sync.protocol.messages import Ack, FeedDelta
from tests.sync.hq.telling import Teller

TOPIC = "noren/1/hanada/up/ginza/events"
HQ = '{"type":"hq","v":1,"state":"up","time":"2026-11-21T10:42:00Z"}'
DELTA = '{"type":"feed.delta","v":1,"feed":"config","epoch":"e","since":0,"version":1}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found_headquarters(tmp_path / "hq", "hanada", "mqtt://127.0.0.1:1883")
    enrol_store(tmp_path / "hq", "ginza", "Ginza")
    return tmp_path / "hq"


def run(*words: object, heard: str = "") -> Result:
    return CliRunner().invoke(by_hand, [str(word) for word in words], input=heard)


def seal(folder: Path, topic: str, header: str, rows: str = "") -> Result:
    return run("seal", "--key", folder / "hq-key.json", "--topic", topic, "--header", header, "--rows", rows)


def batch(folder: Path) -> str:
    """A line as mosquitto_sub prints it: a batch of two facts of ginza's."""
    teller = Teller()
    for number in range(2):
        teller.tell("pickup.ready", {"n": number})
    key = private_from_text((folder / "stores/ginza/store-signing.key").read_text())
    return f"{TOPIC} {envelope.seal_message(TOPIC, *teller.all(), key).hex()}\n"


def test_a_sealed_message_is_hqs_and_carries_its_rows(folder: Path) -> None:
    key = read_hq_key(folder)
    sealed = seal(folder, "a/topic", DELTA, '{"key":"a","version":1,"body":{}}\n{"key":"b","version":2}')
    message = envelope.open_message("a/topic", sealed.stdout_bytes, {key.id: key.public})
    assert isinstance(message.header, FeedDelta)
    assert [(row.key, row.text) for row in message.rows] == [("a", "{}"), ("b", None)]


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        ("{", "", "truncated"),
        ('{"type":"ack"}', "", "missing required field `epoch`"),
        ('{"type":"new"}', "", "Invalid value 'new'"),
        (HQ, "{}", "a message of type 'hq' has no rows"),
        (DELTA, '{"key":"a"}', "missing required field `version`"),
    ],
)
def test_what_no_message_can_be_is_refused_in_words(folder: Path, header: str, rows: str, said: str) -> None:
    refused = seal(folder, "a/topic", header, rows)
    assert refused.exit_code == 1
    assert refused.stdout_bytes == b""
    assert said in refused.stderr


def test_a_file_that_holds_no_key_is_refused_in_words(folder: Path) -> None:
    (folder / "no.key").write_text("rubbish")
    refused = run("seal", "--key", folder / "no.key", "--topic", "t", "--header", HQ)
    assert refused.exit_code == 1
    assert "not a signing key" in refused.stderr


def test_a_stores_key_that_is_sealed_is_said_to_be(folder: Path) -> None:
    (folder / "own.key").write_bytes(sealed_secret.seal_secret(DataKey(bytes(range(32))), "signing_key_file", b"seed"))
    refused = run("seal", "--key", folder / "own.key", "--topic", "t", "--header", HQ)
    assert (refused.exit_code, "`noren seal-keys --open` there" in refused.output) == (1, True)


def test_an_opened_batch_shows_who_signed_it_and_each_fact(folder: Path) -> None:
    lines = run("open", "--dir", folder, heard=batch(folder)).stdout.splitlines()
    assert lines[0].startswith(f"{TOPIC}  signed by ")
    assert json.loads(lines[1])["type"] == "events"
    assert [line.split("  ")[1] for line in lines[2:]] == ["1 (1)", "2 (2)"]
    assert '"type": "noren.pickup.ready"' in lines[2]


def test_an_ack_names_the_last_row_of_the_batch(folder: Path) -> None:
    printed = run("ack", "--dir", folder, heard=batch(folder)).stdout
    key = read_hq_key(folder)
    sealed = seal(folder, "a/topic", printed)
    ack = envelope.open_message("a/topic", sealed.stdout_bytes, {key.id: key.public}).header
    assert isinstance(ack, Ack)
    assert (ack.epoch, ack.lane, ack.seq, ack.ordinal) == ("e1", 0, 2, 2)


def test_a_message_moved_to_another_topic_is_told_and_the_next_one_is_read(folder: Path) -> None:
    line = batch(folder)
    heard = run("open", "--dir", folder, heard=line.replace("ginza", "yokohama", 1) + line)
    assert "yokohama/events  refused: signature" in heard.stderr
    assert heard.stdout.startswith(TOPIC)


def test_lines_that_are_no_messages_say_how_to_make_them(folder: Path) -> None:
    heard = run("open", "--dir", folder, heard="hello world\n")
    assert heard.exit_code == 1
    assert "mosquitto_sub -F '%t %x'" in heard.stderr


def test_a_folder_that_is_no_headquarters_is_refused_in_words(tmp_path: Path) -> None:
    heard = run("open", "--dir", tmp_path, heard="")
    assert heard.exit_code == 1
    assert "noren hq init" in heard.stderr

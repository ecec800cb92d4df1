"""What HQ says of a clone stays in the box until HQ takes it back, and the box's births say which it is."""

from pathlib import Path

from edge.platform.clock import now
from edge.platform.database import open_store
from edge.replica import clone_notice
from sync import presence
from sync.contract.examples import CHAIN, STORE
from sync.protocol import envelope, topics
from sync.protocol.messages import Do
from tests.sync.fuzzed.doors import Letter, StoreDoor

BOXES = "dc:a6:32:00:00:01@10.0.0.1,dc:a6:32:00:00:02@10.0.0.2"


def say(door: StoreDoor, name: str, boxes: str) -> None:
    topic = topics.hq_topic(CHAIN, STORE, "do")
    do = Do(id=name, command="clones", expires="2199-01-01T00:00:00.000Z", args={"boxes": boxes})
    door.hear(Letter(topic=topic, payload=envelope.seal_message(topic, do, (), door.key), true=True))


def cloned(door: StoreDoor) -> bool | None:
    rounds = door.rounds
    return presence.birth_message(rounds.db, door.folder, rounds.me, {}, {}, now()).cloned


def test_it_is_kept_over_a_restart_and_goes_when_hq_says_so(tmp_path: Path) -> None:
    door = StoreDoor(tmp_path)
    assert cloned(door) is False
    say(door, "d-1", BOXES)
    assert (clone_notice.read_notice(door.rounds.db), cloned(door)) == (BOXES, True)
    again = open_store(tmp_path)
    assert clone_notice.read_notice(again) == BOXES
    again.close()
    say(door, "d-2", "")
    say(door, "d-1", BOXES)  # said again by a broker: done already
    assert (clone_notice.read_notice(door.rounds.db), cloned(door)) == ("", False)
    door.close()


def test_what_is_no_name_of_a_box_is_refused(tmp_path: Path) -> None:
    door = StoreDoor(tmp_path)
    say(door, "d-1", "<script>@1")
    assert (clone_notice.read_notice(door.rounds.db), door.refused["bad_arguments"]) == ("", 1)
    door.close()

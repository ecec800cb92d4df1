"""A question that has waited at HQ for longer than its answer is worth is counted and not answered."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from sync.hq.feeds.outbox import Outbox
from sync.protocol import envelope, topics
from sync.protocol.messages import Ask
from sync.transport.mqtt_events import MessageReceived
from tests.sync.fuzzed.doors import CHAIN, STORE, HqDoor


@dataclass
class Line:
    """A line that keeps what HQ says."""

    said: list[str] = field(default_factory=list)
    has_room: bool = True

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        self.said.append(topic)
        return True


def test_only_a_question_that_is_still_worth_an_answer_is_answered(tmp_path: Path) -> None:
    hq, line = HqDoor(tmp_path), Line()
    hq.worker.out = Outbox(line, hq.worker.out.key)
    topic, answers = topics.store_topic(CHAIN, STORE, "ask"), topics.hq_topic(CHAIN, STORE, "answer")

    def ask(name: str, waited: float) -> None:
        asked = Ask(id=name, question="stock", args={"gtin": "1"}, within_ms=60_000)
        payload = envelope.seal_message(topic, asked, (), hq.keys[STORE])
        hq.worker.run_once([MessageReceived(topic, payload, at=time.monotonic() - waited)])

    ask("q1", 61.0)
    assert (line.said.count(answers), hq.refused) == (0, {"late_question": 1})
    ask("q2", 0.0)
    assert (line.said.count(answers), hq.refused) == (1, {"late_question": 1})
    hq.close()

"""The wire of a simulated history: lossy, late, and signed with something cheaper than Ed25519."""

import hashlib
import random
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature

from sync.protocol.ed25519_keys import SigningKey
from sync.transport.mqtt_events import Event, MessageReceived


@dataclass(frozen=True, slots=True)
class Stamp:
    """Stands for an Ed25519 key, both halves: its signatures are as long, and cost a hundredth. test_envelope.py and
    test_fuzz.py have the real ones."""

    secret: bytes

    def sign(self, data: bytes) -> bytes:
        return hashlib.sha512(self.secret + data).digest()

    def verify(self, signature: bytes, data: bytes) -> None:
        if signature != self.sign(data):
            raise InvalidSignature

    def public_key(self) -> "Stamp":
        return self

    def public_bytes_raw(self) -> bytes:
        return hashlib.sha256(self.secret).digest()


def stamp(name: str) -> SigningKey:
    return SigningKey(name, Stamp(name.encode()))  # type: ignore[arg-type]


@dataclass(slots=True)
class Sky:
    """The wire: it may lose, double, delay and mix up whatever it carries."""

    dice: random.Random
    rough: bool = True
    air: list[tuple[float, str, MessageReceived]] = field(default_factory=list)
    clock: float = 1000.0

    def carry(self, to: str, topic: str, payload: bytes, *, sure: bool = False) -> None:
        """`sure`: the broker itself says it to a line that is up, so that it comes once and at once."""
        rough = self.rough and not sure
        copies = self.dice.choices([0, 1, 2], [2, 7, 1])[0] if rough else 1
        for _ in range(copies):
            delay = self.dice.expovariate(10) if rough else 0.001
            self.air.append((self.clock + delay, to, MessageReceived(topic, payload)))

    def landed(self, to: str) -> list[Event]:
        due = sorted((one for one in self.air if one[1] == to and one[0] <= self.clock), key=lambda one: one[0])
        self.air = [one for one in self.air if one not in due]
        return [one[2] for one in due]


@dataclass(slots=True)
class Out:
    """The store's line while it is up."""

    sky: Sky
    up: bool = False
    retained: tuple[str, bytes] | None = None  # the store's last birth, as the broker keeps it

    @property
    def has_room(self) -> bool:
        return self.up

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        if self.up:
            self.retained = (topic, payload) if retain else self.retained
            self.sky.carry("hq", topic, payload, sure=retain)
        return self.up

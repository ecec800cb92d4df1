"""A store's web process without its pages: it tells facts of all lanes in real transactions, and follows what sync notes."""

import random
from collections.abc import Iterator
from typing import Any

from edge.box_identity import ensure_identity
from edge.codes.check_digits import mod10_digit
from edge.config.loader import read_config
from edge.facts.fact import Fact
from edge.facts.journal import tell
from edge.platform.clock import now
from edge.platform.database import open_store, writing
from edge.store_context import StoreContext, open_store_context
from tests.bench.syncing.saying import Ledger, Task, paced, read_task
from tests.support.any_fact import fact
from tests.support.keyed_databases import unlocked
from ui.change_watcher import note_sync

BODIES = [f"0459{number:09d}" for number in range(200)]
GTINS = [f"{body}{mod10_digit(body)}" for body in BODIES]  # goods HQ keeps stock of; a movement takes one piece
ON_HAND = 1_000_000  # pieces of each that HQ begins with
KINDS = {"stock.moved": 6, "product.scanned": 2, "visit.repeated": 1, "pickup.ready": 1}  # of ten, how many
FOLLOW_EVERY = 50  # facts between two looks at what sync notes


def facts(dice: random.Random) -> Iterator[Fact]:
    """Facts as a busy shop makes them, without end."""
    while True:
        (kind,) = dice.choices(list(KINDS), list(KINDS.values()))
        data: dict[str, Any]
        match kind:
            case "stock.moved":
                data = {"gtin": dice.choice(GTINS), "quantity": -1, "reserved": 0, "reason": "sale"}
            case "product.scanned":
                data = {"gtin": dice.choice(GTINS), "known": True}
            case "visit.repeated":
                data = {"rule": "day", "period": "2026-11-22", "grade": "static", "unsure": False}
            case _:
                data = {"order": f"o{dice.randrange(1000)}", "number": "A12"}
        yield fact(kind, data)


def say(task: Task, shop: StoreContext) -> None:
    """One transaction a fact, as the desk has one a scan; yes is said when it is committed."""
    ledger, made = Ledger(task.folder), facts(random.Random(f"{task.run}"))
    for number in paced(task.left(), task.rate):
        moment = now()
        with writing(shop.db):
            seq = tell(shop.db, shop.box, next(made), moment)
        ledger.add(f"{shop.box.store}/{shop.box.epoch}/{seq}")
        if number % FOLLOW_EVERY == 0:
            note_sync(shop)


def main() -> None:
    task = read_task()
    config = read_config(task.folder / "noren.toml")
    db = open_store(unlocked(task.folder / "data"))
    box = ensure_identity(db, config.store.id, now())
    db.close()
    with open_store_context(config, box) as shop:
        say(task, shop)
        for _ in paced(1_000_000, 10):
            note_sync(shop)


if __name__ == "__main__":
    main()

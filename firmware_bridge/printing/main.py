"""noren-print: each printer of noren.toml in a thread, apart from the scanners; and the heartbeat of these loops."""

from functools import partial
from pathlib import Path

from edge.config.toml_schema import BadConfig, Config
from edge.features.printing import results
from edge.platform import clock, heartbeat
from edge.platform.database import open_store
from edge.platform.process import run_tasks
from edge.single_instance import instance_lock
from firmware_bridge.printing import worker
from firmware_bridge.printing.printer_factory import make_printer


def main(config: Config) -> int:
    """Run until asked to stop. Returns the process's exit code. Raises BadConfig if there is no printer."""
    if not config.printers:
        raise BadConfig("noren.toml has no [[printers]]: there is nothing to print on")
    data = Path(config.store.data)
    with instance_lock("print", data):
        with open_store(data) as db:
            results.break_off_all(db, clock.now())
            kinds = {one.id: str(one.__struct_config__.tag) for one in config.printers}
            results.note_printers(db, kinds, clock.now())
        tasks = {one.id: partial(worker.work, data, one.id, make_printer(one)) for one in config.printers}
        return run_tasks({**tasks, "heartbeat": partial(heartbeat.run_heartbeat, data, "print")}, data)

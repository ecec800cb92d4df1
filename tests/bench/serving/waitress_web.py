"""The web process as it would be with waitress: the same pages and loops, 64 threads, on loopback alone.

Run as `python -m tests.bench.serving.waitress_web SETTINGS`.
"""

import sys
from pathlib import Path

import waitress

from edge.config.loader import read_config
from tests.support.keyed_databases import unlocked
from ui.background_tasks import WorkerThreads
from ui.server import SERVER_THREADS

CONNECTIONS = 1000  # at a time; waitress's own 100 would be full of what one laptop holds
IDLE = 75  # seconds a connection is kept without a request, as gunicorn keeps it


def main(settings: str) -> None:
    config = read_config(Path(settings))
    unlocked(Path(config.store.data))
    room = WorkerThreads(config)
    waitress.serve(
        room.start(),
        host=config.web.host,
        port=config.web.port,
        threads=SERVER_THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE,
    )
    room.stop()


if __name__ == "__main__":
    main(sys.argv[1])

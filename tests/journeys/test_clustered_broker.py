"""A clustered broker with the shipped settings: a node dies while a backlog goes up, and every fact is kept once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.sync_and_hq import CHAIN, Ends, until, up
from tests.sync.nats import Cluster, cluster, ends_of

BACKLOG = 20_000  # facts; more than are under way at once, so that most still wait when the node dies


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends[Cluster]]:
    with cluster(tmp_path, CHAIN) as nodes:
        yield ends_of(nodes, tmp_path)


def test_the_node_a_store_is_on_dies_in_the_middle_of_a_backlog_and_nothing_is_lost_or_doubled(
    ends: Ends[Cluster],
) -> None:
    """The node comes back at once, as systemd has it; `./dev bench cluster` leaves it dead for a while."""
    ends.tell_many(BACKLOG)
    with up(ends):
        until(lambda: ends.count_kept() > 0)
        node = ends.broker.node_of(ends.processes["sync"].pid)
        assert node is not None
        ends.broker.kill(node)
        assert ends.count_kept() < BACKLOG
        ends.broker.start(node)
        until(ends.is_all_kept)
    told = (ends.folder / "sync.log").read_text()
    assert f"MQTT disconnected: 127.0.0.1:{ends.broker.ports[node].mqtt}" in told

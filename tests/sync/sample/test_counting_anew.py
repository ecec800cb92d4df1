"""The sample chain's numbers are sent again, so that a demo that runs for hours shows them as a shop with a stock system does."""

from pathlib import Path

from edge.features.stock import NeighbourRow, StockRow
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.feeds import feed, row_types
from sync.hq.seed import create_sample_hq, restamp_stock


def test_numbers_told_again_are_the_same_and_younger(tmp_path: Path) -> None:
    folder = tmp_path / "hq"
    create_sample_hq(folder, "mqtt://127.0.0.1:1883")

    def rows() -> dict[str, StockRow]:
        with open_headquarters(folder) as db:
            found = db.conn.execute("select scope, key, body from rows where feed = 'stock'").fetchall()
        read = {
            f"{scope}/{key}": row_types.decode_row_or_none("stock", key, body, StockRow) for scope, key, body in found
        }
        return {key: row for key, row in read.items() if row}

    before = rows()
    assert restamp_stock(folder) == len(before) > 300
    after = rows()
    assert all(after[key].on_hand == row.on_hand and after[key].as_of > row.as_of for key, row in before.items())
    with open_headquarters(folder) as db:
        key = next(iter(after)).partition("/")[2]
        near = row_types.decode_row_or_none(
            "neighbours", key, feed.row_body(db, "neighbours", "ginza", key), NeighbourRow
        )
    assert near is not None
    assert near.as_of == min(
        row.as_of for name, row in after.items() if name.endswith(key) and not name.startswith("ginza")
    )

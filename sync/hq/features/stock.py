"""How many pieces a store has."""

from sync.hq.features.pushed_feed import PushedFeed, PushedFile

STOCK = PushedFeed(
    name="stock",
    files=(
        PushedFile(
            word="stock",
            template="""\
gtin,on_hand,reserved,floor,shelf
4901234567894,12,0,2,B-14
""",
        ),
    ),
)

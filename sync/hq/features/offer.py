"""Offers, of which coupons are given."""

from sync.hq.features.pushed_feed import PushedFeed, PushedFile, Unsupported

OFFERS = PushedFeed(
    name="offers",
    files=(
        PushedFile(
            word="offers",
            template="""\
offer,title.ja,title.en,on,begins,ends,audience,among,flag,raised,quota,single_use
rain-1,雨の日 100円引き,Rain,check_in,2026-11-22T10:00:00+09:00,2026-11-22T21:00:00+09:00,stage,"[""gold""]",weather,true,50,true
""",
        ),
    ),
    unsupported=(
        Unsupported(
            field="on",
            concerns=lambda on: on != "check_in",
            message="offers.on: stores give coupons at check-in only, and keep the others",
        ),
    ),
)

"""Entitlements of members."""

from sync.hq.features.pushed_feed import WHOLE_FEED, PushedFeed, PushedFile, Unsupported, always

ENTITLEMENTS = PushedFeed(
    name="entitlements",
    files=(
        PushedFile(
            word="entitlements",
            template="""\
entitlement,title.ja,title.en,begins,ends,member
second-cup-7,2杯目 半額,Second cup at half price,2026-11-22T10:00:00+09:00,2026-11-22T21:00:00+09:00,m-1042
""",
        ),
    ),
    unsupported=(
        Unsupported(
            field=WHOLE_FEED, concerns=always, message="entitlements: stores keep them, and nobody can claim one"
        ),
    ),
)

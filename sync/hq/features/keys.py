"""The keys that headquarters signs with: no feature, but a feed that is pushed like those of features."""

from sync.hq.features.pushed_feed import PushedFeed, PushedFile

KEYS = PushedFeed(
    name="keys",
    files=(
        PushedFile(
            word="keys",
            # nobody has its private half: a template that is pushed as it is gives nobody access
            template="""\
key,public,revoked
hq-2027,6ZxUiHFuU98F6Qsh7eJTHDT_oXUIaqLPRoosmsBka3I,false
""",
            never_whole="a key that is not in the feed is still valid at stores enrolled with it; revoke it (revoked = true)",
        ),
    ),
)

"""Members, whose cards a check-in reads."""

from sync.hq.features.pushed_feed import PushedFeed, PushedFile, UniqueField

MEMBERS = PushedFeed(
    name="members",
    files=(
        PushedFile(
            word="members",
            template="""\
member,nickname,stage,codes,segment,coupons,wallet_secret
m-1042,サトウ,silver,"[""hanada:2900000010425""]",store_only,1,JBSWY3DPEHPK3PXP
""",
        ),
    ),
    unique=UniqueField(words="card", field="codes", values=lambda row, _scope: row.get("codes", ())),
)

"""Clerks, who sign in with a badge or a PIN."""

from sync.hq.features.pushed_feed import PushedFeed, PushedFile, UniqueField, Unsupported

STAFF = PushedFeed(
    name="staff",
    files=(
        PushedFile(
            word="staff",
            template="""\
staff,name,mark,role,pin,badges
mori,森 花子,森,clerk,4821,"[""staff:0042""]"
""",
        ),
    ),
    unique=UniqueField(words="badge", field="badges", values=lambda row, _scope: row.get("badges", ())),
    unsupported=(
        Unsupported(
            field="role",
            concerns=lambda role: role == "lead",
            message="staff.role lead: may do what a clerk may, and no more",
        ),
    ),
)

"""The config of stores: no feature, but a feed that is pushed like those of features."""

from sync.hq.features.pushed_feed import PushedFeed, PushedFile, Unsupported

PAGE_LANGUAGES = frozenset({"ja", "en"})  # what the pages speak

CONFIG = PushedFeed(
    name="config",
    files=(
        PushedFile(
            word="config",
            template="""\
# The policy of stores. Leave out what shall stay as it is. For [policy] and [box] in one file, put each under its name.
retention_days = 90

[check_in]
miles = 10

[pickup]
promise_hours = 2

# what shoppers may bring back; final_sale and hygiene name categories or styles that are not taken back
[returns]
days = 30
final_sale = []
hygiene = []
lead_over = 30000

# what proves a person, for how long, and how often it may be tried within ten minutes (docs/security.md)
[proofs]
token_life_s = 600
token_ahead_s = 300
wallet_tries = 10
station_tries = 30
pickup_tries = 20
names_in_row = 5
lead_for = []

[kiosk]
quiet_s = 40
""",
        ),
    ),
    unsupported=(
        Unsupported(
            field="kiosk.languages",
            concerns=lambda languages: bool(set(languages) - PAGE_LANGUAGES),
            message=f"kiosk.languages: the pages speak {' and '.join(sorted(PAGE_LANGUAGES))}",
        ),
    ),
)

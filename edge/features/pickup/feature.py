"""What picking up orders brings."""

from datetime import timedelta

from edge.codes.parsed_code import OrderLabel, PickupCode
from edge.config.station_role import STAFF_ROLES, SUPPORTED_ROLES
from edge.features.expiring_table import COUNTED_BY_HQ_SQL, ROWID_IN_PAGE_SQL, ExpiringTable
from edge.features.feature import Feature, Feed
from edge.features.pickup import arrival, claims, holds
from edge.features.pickup.facts import FACTS
from edge.features.pickup.order import OrderRow

STEPS_TABLE = ExpiringTable(
    name="pickup_steps",
    expired=f"""select t.rowid from pickup_steps t left join hq.orders q on q.key = t.order_id
                where {ROWID_IN_PAGE_SQL} and (q.body is null or ({COUNTED_BY_HQ_SQL}))""",
)
# The mark of a conflict stays as long as the steps that caused it, or else the conflict would be reported to HQ again.
MARKS_TABLE = ExpiringTable(
    name="marks",
    expired=f"""select t.rowid from marks t where {ROWID_IN_PAGE_SQL}
                and t.name not in (select 'conflict:' || order_id from pickup_steps)""",
    # that of a reminder stays until the hold has ended, or else HQ would be reminded again
    at_least=lambda policy: timedelta(hours=policy.pickup.remind_hours),
)
# A claim ends with its order's picking; what is left is of orders that HQ has ended.
CLAIMS_TABLE = ExpiringTable(name="pick_claims", expired=f"select t.rowid from pick_claims t where {ROWID_IN_PAGE_SQL}")

PICKUP_FEATURE = Feature(
    name="pickup",
    answers={
        (SUPPORTED_ROLES, PickupCode): arrival.answer_pickup_code,
        (STAFF_ROLES, OrderLabel): arrival.answer_order_label,
    },
    facts=(*FACTS, *claims.FACTS, *holds.FACTS),
    feeds=(Feed(name="orders", row=OrderRow, key="order"),),
    outcomes=arrival.OUTCOMES,
    tables=(STEPS_TABLE, MARKS_TABLE, CLAIMS_TABLE),
    is_on=lambda policy: policy.pickup.on,
)

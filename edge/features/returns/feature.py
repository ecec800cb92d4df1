"""What returns and exchanges bring."""

from datetime import timedelta

from edge.features.expiring_table import COUNTED_BY_HQ_SQL, ROWID_IN_PAGE_SQL, ExpiringTable
from edge.features.feature import Feature
from edge.features.returns.facts import FACTS

RETURN_STEPS_TABLE = ExpiringTable(
    name="return_steps",
    expired=f"""select t.rowid from return_steps t left join hq.orders q on q.key = t.order_id
                where {ROWID_IN_PAGE_SQL} and (q.body is null or ({COUNTED_BY_HQ_SQL}))""",
    # as long as a piece may come back: by them a second return of it is refused
    at_least=lambda policy: timedelta(days=policy.returns.days + 1),
)

RETURNS_FEATURE = Feature(
    name="returns",
    facts=FACTS,
    tables=(RETURN_STEPS_TABLE,),
    is_on=lambda policy: policy.returns.on,
)

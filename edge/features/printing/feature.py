"""What printing brings. Whether there is any, the printers of noren.toml say."""

from datetime import timedelta

from edge.features.expiring_table import ROWID_IN_PAGE_SQL, ExpiringTable
from edge.features.feature import Feature

# A label has the name of a shopper: it goes after a day, whatever has become of it, and its result with it.
JOBS_TABLE = ExpiringTable(
    name="print_jobs",
    expired=f"select t.rowid from print_jobs t where {ROWID_IN_PAGE_SQL}",
    days=timedelta(days=1),
)

PRINTING_FEATURE = Feature(name="printing", tables=(JOBS_TABLE,))

"""All 60 styles, in the order of their numbers."""

from sync.hq.sample.table.home import HOME
from sync.hq.sample.table.wear import WEAR

STYLES = WEAR + HOME

"""Facts for HQ: their types, and the journal they are appended to."""

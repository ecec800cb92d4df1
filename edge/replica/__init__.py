"""The replica of HQ's feeds in the store, and queries to HQ."""

"""The journal is sent to HQ."""

"""HQ's feeds are received into the replica."""

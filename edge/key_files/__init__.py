"""The files that hold the data key and the box's secrets."""

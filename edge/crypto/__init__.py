"""The box's data key, and what it encrypts or authenticates. Pure: no file is opened here."""

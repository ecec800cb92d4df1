"""The error that a command of headquarters raises if it cannot do what is asked."""


class NotPossible(Exception):
    """What is asked cannot be done, in the words of who asked; nothing was changed."""

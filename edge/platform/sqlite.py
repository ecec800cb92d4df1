"""The only import of SQLite: SQLCipher's build, which encrypts every page if it is given a key.

`sqlcipher3` is Python's own `sqlite3` module over that library. It has its own error classes, so code that opens a file or
catches an error imports both from here.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlcipher3 import dbapi2 as sqlite3

__all__ = ["sqlite3"]

"""Requests nobody would send by mistake: every rule of the app, with strange parts in every place a request has."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import Flask
from werkzeug.routing import Rule

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW")

# What an attacker types where a word, a number or an id is expected.
STRANGE = (
    "",
    "0",
    "-1",
    "1",
    "2",
    "007",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "9" * 400,
    "9" * 5000,
    "1e400",
    "NaN",
    "٣",
    "１２３",
    "1.5",
    "0x10",
    "None",
    "null",
    "true",
    "..",
    ".",
    "../../etc/passwd",
    "..%2f..%2fetc",
    "a/b",
    "//",
    "\\",
    "'",
    "' or 1=1 --",
    '"',
    "%",
    "%00",
    "\x00",
    "\x1f\x7f",
    "\r\nSet-Cookie: x=1",
    "\ud800",
    "\u202e",
    "é",
    "森",
    "👨‍👩‍👧",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "[",
    "http://[",
    "http://[::1",
    "x" * 300,
    "x" * 9000,
    " ",
    "+",
    "card:own:M1",
    "$.a",
    "*",
    "noren:p:o-4821:wrong",
)
QUERIES = ("lang", "who", "said", "scan", "seq", "page", "every", "last", "screen", "order", "number", "v", "colour")
FIELDS = (
    *("staff", "pin", "key", "piece", "on", "who", "relation", "proxy", "paid", "shelf", "reason", "missing"),
    *("station", "card", "text", "fault", "code", "layout", "caps", "why", "lead", "lead_pin"),
)
HEADERS = (
    *("Origin", "Referer", "Host", "Content-Type", "Accept-Language", "Last-Event-ID", "Cookie", "Range"),
    *("If-None-Match", "If-Modified-Since", "If-Range", "Sec-Fetch-Site", "Noren-Quiet", "Authorization"),
    *(
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-HTTP-Method-Override",
        "Accept",
        "Content-Encoding",
    ),
)
TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "text/plain; charset=nonsense",
    "application/json; charset=utf-16",
    "",
    "/",
)
BODIES = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"{",
    b"[]",
    b"null",
    b'{"code": 1}',
    b'{"code": "\\ud800"}',
    b'{"code": "", "layout": "jp"}',
    b'{"code": "4901234567894", "caps": 7}',
    b'{"code": "4901234567894", "layout": "jp", "caps": true}',
    b'{"why": "cut"}',
    b'{"why": ["cut"]}',
    b"[" * 5000,
    b'--x\r\nContent-Disposition: form-data; name="pin"\r\n\r\n\xff\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="pin"; filename="a"\r\n\r\n',
    b"--x\r\n\r\n",
    b"x" * 17_000,
    b"=&&=&%&%zz=%ff",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, as the test client takes it."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | dict[str, str] = b""


@dataclass(frozen=True, slots=True)
class Fuzz:
    """Draws requests from a seed; `known` are values by the name of a rule's part, so that some get past the first door."""

    seed: int
    known: dict[str, tuple[str, ...]]

    def of_rule(self, rule: Rule, count: int) -> Iterator[Asked]:
        """`count` requests for a rule: its own methods most often, and some it does not have."""
        draw = random.Random(f"{self.seed} {rule.rule} {sorted(rule.methods or ())}")
        own = sorted(rule.methods or {"GET"})
        for _ in range(count):
            method = draw.choice(own) if draw.random() < 0.85 else draw.choice(METHODS)
            yield Asked(
                method=method,
                path=self._path(rule, draw),
                query=self._some(draw, QUERIES, 3),
                headers=self._headers(draw),
                body=self._body(draw) if method not in ("GET", "HEAD") or draw.random() < 0.1 else b"",
            )

    def _value(self, draw: random.Random, name: str) -> str:
        known = self.known.get(name, ())
        return draw.choice(known) if known and draw.random() < 0.75 else draw.choice(STRANGE)

    def _path(self, rule: Rule, draw: random.Random) -> str:
        """The rule's path with each part filled in; werkzeug keeps a rule as its parts (`_trace`: is it a name, and which)."""
        return "".join(self._value(draw, part) if filled else part for filled, part in rule._trace).partition("|")[2]

    def _some(self, draw: random.Random, names: tuple[str, ...], most: int) -> dict[str, str]:
        return {name: self._value(draw, name) for name in draw.sample(names, draw.randint(0, most))}

    def _headers(self, draw: random.Random) -> dict[str, str]:
        found = {"Sec-Fetch-Site": "same-origin"} if draw.random() < 0.8 else {}
        for name in draw.sample(HEADERS, draw.choice((0, 0, 1, 1, 2, 4))):
            value = draw.choice(TYPES) if name == "Content-Type" else draw.choice(STRANGE)
            # a server hands on what HTTP allows: no line ends, and each byte as one character (RFC 9110 5.5; PEP 3333)
            sent = value.encode("utf-8", "replace").decode("latin-1")
            found[name] = "".join(letter for letter in sent if letter not in "\r\n\x00")[:8000]
        return found

    def _body(self, draw: random.Random) -> bytes | dict[str, str]:
        kind = draw.random()
        if kind < 0.2:
            return json.dumps({"code": draw.choice(STRANGE), "layout": draw.choice(("", "jp", "x" * 11))}).encode()
        if kind < 0.7:
            return {
                name: text.encode("utf-8", "replace").decode() for name, text in self._some(draw, FIELDS, 6).items()
            }
        return draw.choice(BODIES)


def rules(app: Flask) -> list[Rule]:
    """Every rule there is, in a lasting order."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def sent(asked: Asked) -> dict[str, Any]:
    """The request as arguments of the test client's `open`."""
    path = quote(
        asked.path.encode("utf-8", "surrogatepass"), safe="/%"
    )  # a lone surrogate goes as the bytes it would be
    query = {name: text.encode("utf-8", "replace").decode() for name, text in asked.query.items()}
    return {
        "path": path,
        "method": asked.method,
        "query_string": query,
        "headers": asked.headers,
        "data": asked.body,
    }

"""The example rules and board: their syntax, and that every metric and label in them exists."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ui.health.metrics import FAILED_METRIC, METRICS
from ui.health.registry import CHECKS

FOLDER = Path("docs/monitoring")
NAMES = {metric.name for metric in METRICS} | {FAILED_METRIC[0]}
LABELS = {"store", "check", "level", "device", "station", "kind", "process", "version"}
# the functions and words of PromQL that rules and board use
PROMQL = {
    "absent_over_time",
    "sum",
    "by",
    "time",
    "and",
    "deriv",
    "increase",
    "rate",
    "predict_linear",
    "max_over_time",
}
RULE = re.compile(
    r"""      - alert: (?P<alert>Noren[A-Za-z]+)
        expr: "(?P<expr>(?:[^"\\\n]|\\")+)"
        for: (?P<period>\d+[mh])
        labels:
          severity: (?P<severity>warning|critical)
        annotations:
          summary: "(?P<summary>[^"\\\n]+)"
          description: "(?P<description>[^"\\\n]+)"
"""
)


@dataclass(frozen=True)
class Rule:
    """An alert rule, as Prometheus reads it."""

    alert: str
    expr: str
    text: str


def rules() -> list[Rule]:
    """Every rule; the file holds nothing but the head and rules of this very form."""
    text = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")
    head, begin, rest = text.partition("groups:\n  - name: noren\n    rules:\n")
    assert begin
    assert all(line.startswith("#") for line in head.splitlines())
    assert RULE.sub("", rest) == ""
    return [
        Rule(one["alert"], one["expr"].replace('\\"', '"'), one["summary"] + one["description"])
        for one in RULE.finditer(rest)
    ]


def board() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
    return found


def board_expressions() -> list[str]:
    return [target["expr"] for panel in board()["panels"] for target in panel["targets"]]


def expressions() -> list[str]:
    return [rule.expr for rule in rules()] + board_expressions()


@pytest.mark.parametrize("expr", expressions())
def test_every_word_of_an_expression_is_a_metric_a_label_or_promql(expr: str) -> None:
    bare = re.sub(r'"[^"]*"', '""', expr)
    words = set(re.findall(r"[a-z_]{2,}", re.sub(r"\[\d+[smhd]\]", "", bare)))
    assert words & NAMES
    assert words <= NAMES | LABELS | PROMQL


@pytest.mark.parametrize("expr", expressions())
def test_brackets_and_quotes_of_an_expression_close(expr: str) -> None:
    bare = re.sub(r'"[^"]*"', "", expr)
    assert '"' not in bare
    open_: list[str] = []
    for sign in re.findall(r"[()\[\]{}]", bare):
        if sign in "([{":
            open_.append(sign)
        else:
            assert open_, expr
            assert open_.pop() + sign in ("()", "[]", "{}")
    assert open_ == []


@pytest.mark.parametrize("expr", expressions())
def test_a_rate_is_taken_of_counters_only(expr: str) -> None:
    counters = {metric.name for metric in METRICS if metric.kind == "counter"}
    assert set(re.findall(r"(?:rate|increase)\(([a-z_]+)", expr)) <= counters
    assert not set(re.findall(r"(?:deriv|predict_linear|max_over_time)\(([a-z_]+)", expr)) & counters


def test_levels_and_checks_that_are_named_exist() -> None:
    for expr in expressions():
        for found in re.findall(r'level=~?"([^"]+)"', expr):
            assert set(found.split("|")) <= {"ok", "unknown", "warning", "error"}
        assert set(re.findall(r'check="([^"]+)"', expr)) <= {check.id for check in CHECKS}


def test_every_rule_has_one_name_and_says_what_to_do() -> None:
    found = rules()
    assert len({rule.alert for rule in found}) == len(found) > 10
    for rule in found:
        assert set(re.findall(r"\$labels\.([a-z]+)", rule.text)) <= LABELS
        assert rule.text.count("{{") == rule.text.count("}}")


def test_the_board_asks_for_one_store_and_its_panels_do_not_overlap() -> None:
    told = board()
    assert [one["name"] for one in told["templating"]["list"]] == ["datasource", "store"]
    assert all('store="$store"' in expr for expr in board_expressions())
    cells: set[tuple[int, int]] = set()
    for panel in told["panels"]:
        at = panel["gridPos"]
        mine = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not mine & cells
        assert max(x for x, _ in mine) < 24
        cells |= mine
    assert len({panel["id"] for panel in told["panels"]}) == len(told["panels"])


def test_what_reads_the_metrics_reads_them_on_the_box() -> None:
    text = (FOLDER / "prometheus.yaml").read_text(encoding="utf-8")
    assert re.findall(r"targets: (\[.*\])", text) == ['["127.0.0.1:8080"]']

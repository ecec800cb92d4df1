"""Every health check of the box, in the order in which a report tells them; a new check is one more line here."""

from ui.health.check import OK, CheckState, HealthCheck
from ui.health.checks import certificates, databases, devices, files, hq, machine, printers, processes
from ui.health.finding import HealthLevel


def _warning(do: str) -> CheckState:
    return CheckState(HealthLevel.WARNING, do)


def _error(do: str) -> CheckState:
    return CheckState(HealthLevel.ERROR, do)


# fmt: off
CHECKS: tuple[HealthCheck, ...] = (
    HealthCheck(id="files.settings", look=files.settings, on_page=False, states={
        "ok": OK, "faulty": _error("noren_check")}),
    HealthCheck(id="files.permissions", look=files.permissions, on_page=False, states={
        "ok": OK, "open": _error("chmod"), "wide": _warning("chmod"), "owner": _error("chown")}),
    HealthCheck(id="files.data_key", look=files.data_key, states={"sealed": OK, "beside": _warning("seal")}),
    HealthCheck(id="files.own_secrets", look=files.own_secrets, states={"ok": OK, "clear": _warning("seal_keys")}),
    HealthCheck(id="databases.integrity", look=databases.integrity, on_page=False, states={
        "ok": OK, "damaged": _error("restart"), "missing": _error("migrate")}),
    HealthCheck(id="databases.salvage", look=databases.salvage, states={"none": OK, "saved": _warning("compare")}),
    HealthCheck(id="databases.replica", look=databases.replica, states={"ok": OK, "refilling": _warning("wait")}),
    HealthCheck(id="databases.rows", look=databases.rows, states={"ok": OK, "unusable": _warning("hq_told")}),
    HealthCheck(id="databases.retention", look=databases.retention, states={"ok": OK, "late": _warning("time_server")}),
    HealthCheck(id="disk.space", look=machine.space, states={
        "ok": OK, "short": _warning("room"), "full": _error("room")}),
    HealthCheck(id="disk.inodes", look=machine.inodes, states={
        "ok": OK, "short": _warning("room"), "full": _error("room")}),
    HealthCheck(id="disk.wear", look=machine.wear, states={
        "ok": OK, "worn": _warning("order_card"), "over": _error("change_card")}),
    HealthCheck(id="disk.writes", look=machine.writes, states={"ok": OK, "heavy": _warning("who_writes")}),
    HealthCheck(id="power.temperature", look=machine.temperature, states={
        "ok": OK, "warm": _warning("air"), "hot": _error("air")}),
    HealthCheck(id="power.voltage", look=machine.voltage, states={
        "ok": OK, "was_low": _warning("power_supply"), "low": _error("power_supply")}),
    HealthCheck(id="clock.quality", look=machine.clock, states={
        "synced": OK, "holdover": _warning("time_server"), "unset": _warning("network")}),
    HealthCheck(id="hq.connection", look=hq.connection, states={
        "there": OK, "never": _warning("support"), "late": _warning("wait"), "away": _warning("wait"),
        "not_believed": _warning("hq_key"), "cut": _warning("router"), "stopped": _warning("support"),
        "revoked": _error("support")}),
    HealthCheck(id="hq.backlog", look=hq.backlog, states={"none": OK, "waiting": OK, "old": _warning("router")}),
    HealthCheck(id="hq.clones", look=hq.clones, states={"one": OK, "several": _error("switch_off")}),
    HealthCheck(id="certificates.pages", look=certificates.pages, states={
        "none": OK, "ok": OK, "soon": _warning("renew"), "ended": _error("renew"), "damaged": _error("renew"),
        "unreadable": CheckState(HealthLevel.UNKNOWN, "as_root")}),
    HealthCheck(id="certificates.hq", look=certificates.hq, on_page=False, states={
        "none": OK, "ok": OK, "soon": _warning("hq_certificate"), "ended": _error("hq_certificate"),
        "damaged": _error("hq_certificate"), "unreadable": CheckState(HealthLevel.UNKNOWN, "as_root")}),
    HealthCheck(id="versions.software", look=processes.software, states={
        "current": OK, "alone": OK, "other": _warning("restart")}),
    HealthCheck(id="units.state", look=processes.units, on_page=False, states={
        "active": OK, "restarts": _warning("journal"), "inactive": _warning("start"), "failed": _error("journal"),
        "not_installed": _warning("install")}),
    HealthCheck(id="processes.loops", look=processes.loops, states={
        "ok": OK, "behind": _warning("support"), "desk": _error("support")}),
    HealthCheck(id="pages.failures", look=processes.failures, states={"none": OK, "failing": _error("support")}),
    HealthCheck(id="pages.front", look=processes.front, states={"none": OK, "ok": OK, "silent": _error("front")}),
    HealthCheck(id="pages.screens", look=processes.screens, states={
        "open": OK, "board_open": OK, "gone": _warning("screen"), "board_gone": _warning("screen")}),
    HealthCheck(id="devices.any", look=devices.any_reader, states={"ok": OK, "blind": _error("by_number")}),
    HealthCheck(id="devices.reader", look=devices.readers, states={
        "works": OK, "ended": OK, "none": OK, "starting": CheckState(HealthLevel.UNKNOWN, "wait"), "lost": _warning("support"),
        "stopped": _warning("support"), "garbled": _warning("scanner_sheet")}),
    HealthCheck(id="devices.node", look=devices.nodes, on_page=False, states={
        "present": OK, "missing": _error("plug"), "no_permission": _warning("as_root")}),
    HealthCheck(id="devices.keyboard_wedge", look=devices.keyboard_wedges, states={
        "ok": OK, "settings": _warning("scanner_sheet"), "separators": _warning("scanner_sheet")}),
    HealthCheck(id="printers.state", look=printers.printers, states={
        "none": OK, "works": OK, "starting": CheckState(HealthLevel.UNKNOWN, "wait"), "lost": _warning("support"),
        "stopped": _warning("support")}),
)
# fmt: on
ON_PAGE = tuple(check for check in CHECKS if check.on_page)

"""Every health check of the box, in the order in which a report tells them; a new check is one more line here."""

from ui.health.check import OK, Check, State
from ui.health.checks import certificates, databases, devices, files, hq, machine, processes
from ui.health.finding import Level


def _warning(do: str) -> State:
    return State(Level.WARNING, do)


def _error(do: str) -> State:
    return State(Level.ERROR, do)


# fmt: off
CHECKS: tuple[Check, ...] = (
    Check(id="files.settings", look=files.settings, on_page=False, states={
        "ok": OK, "faulty": _error("noren_check")}),
    Check(id="files.permissions", look=files.permissions, on_page=False, states={
        "ok": OK, "open": _error("chmod"), "wide": _warning("chmod"), "owner": _error("chown")}),
    Check(id="files.data_key", look=files.data_key, states={"sealed": OK, "beside": _warning("seal")}),
    Check(id="files.own_secrets", look=files.own_secrets, states={"ok": OK, "clear": _warning("seal_keys")}),
    Check(id="databases.integrity", look=databases.integrity, on_page=False, states={
        "ok": OK, "damaged": _error("restart"), "missing": _error("migrate")}),
    Check(id="databases.salvage", look=databases.salvage, states={"none": OK, "saved": _warning("compare")}),
    Check(id="databases.replica", look=databases.replica, states={"ok": OK, "refilling": _warning("wait")}),
    Check(id="databases.rows", look=databases.rows, states={"ok": OK, "unusable": _warning("hq_told")}),
    Check(id="databases.retention", look=databases.retention, states={"ok": OK, "late": _warning("time_server")}),
    Check(id="disk.space", look=machine.space, states={
        "ok": OK, "short": _warning("room"), "full": _error("room")}),
    Check(id="disk.inodes", look=machine.inodes, states={
        "ok": OK, "short": _warning("room"), "full": _error("room")}),
    Check(id="disk.wear", look=machine.wear, states={
        "ok": OK, "worn": _warning("order_card"), "over": _error("change_card")}),
    Check(id="disk.writes", look=machine.writes, states={"ok": OK, "heavy": _warning("who_writes")}),
    Check(id="power.temperature", look=machine.temperature, states={
        "ok": OK, "warm": _warning("air"), "hot": _error("air")}),
    Check(id="power.voltage", look=machine.voltage, states={
        "ok": OK, "was_low": _warning("power_supply"), "low": _error("power_supply")}),
    Check(id="clock.quality", look=machine.clock, states={
        "synced": OK, "holdover": _warning("time_server"), "unset": _warning("network")}),
    Check(id="hq.connection", look=hq.connection, states={
        "there": OK, "never": _warning("support"), "late": _warning("wait"), "away": _warning("wait"),
        "not_believed": _warning("hq_key"), "cut": _warning("router"), "stopped": _warning("support"),
        "revoked": _error("support")}),
    Check(id="hq.backlog", look=hq.backlog, states={"none": OK, "waiting": OK, "old": _warning("router")}),
    Check(id="hq.clones", look=hq.clones, states={"one": OK, "several": _error("switch_off")}),
    Check(id="certificates.pages", look=certificates.pages, states={
        "none": OK, "ok": OK, "soon": _warning("renew"), "ended": _error("renew"), "damaged": _error("renew"),
        "unreadable": State(Level.UNKNOWN, "as_root")}),
    Check(id="certificates.hq", look=certificates.hq, on_page=False, states={
        "none": OK, "ok": OK, "soon": _warning("hq_certificate"), "ended": _error("hq_certificate"),
        "damaged": _error("hq_certificate"), "unreadable": State(Level.UNKNOWN, "as_root")}),
    Check(id="versions.software", look=processes.software, states={
        "current": OK, "alone": OK, "other": _warning("restart")}),
    Check(id="units.state", look=processes.units, on_page=False, states={
        "active": OK, "restarts": _warning("journal"), "inactive": _warning("start"), "failed": _error("journal"),
        "not_installed": _warning("install")}),
    Check(id="processes.loops", look=processes.loops, states={
        "ok": OK, "behind": _warning("support"), "desk": _error("support")}),
    Check(id="pages.failures", look=processes.failures, states={"none": OK, "failing": _error("support")}),
    Check(id="pages.front", look=processes.front, states={"none": OK, "ok": OK, "silent": _error("front")}),
    Check(id="pages.screens", look=processes.screens, states={
        "open": OK, "board_open": OK, "gone": _warning("screen"), "board_gone": _warning("screen")}),
    Check(id="devices.any", look=devices.any_reader, states={"ok": OK, "blind": _error("by_number")}),
    Check(id="devices.reader", look=devices.readers, states={
        "works": OK, "ended": OK, "none": OK, "starting": State(Level.UNKNOWN, "wait"), "lost": _warning("support"),
        "stopped": _warning("support"), "garbled": _warning("scanner_sheet")}),
    Check(id="devices.node", look=devices.nodes, on_page=False, states={
        "present": OK, "missing": _error("plug"), "no_permission": _warning("as_root")}),
    Check(id="devices.keyboard_wedge", look=devices.keyboard_wedges, states={
        "ok": OK, "settings": _warning("scanner_sheet"), "separators": _warning("scanner_sheet")}),
)
# fmt: on
ON_PAGE = tuple(check for check in CHECKS if check.on_page)

"""What a feature brings to the screens: pages of its own, and parts of other features' screens."""

from dataclasses import dataclass

from flask import Blueprint

from edge.features.feature import Feature
from ui.kiosk.screen_part import ScreenPart
from ui.staff.staff_tab import StaffTab
from ui.staff.task import TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class UiFeature:
    """While HQ's policy has the feature off, its blueprints' routes are not found, its parts, tabs and tasks left out."""

    feature: Feature
    blueprints: tuple[Blueprint, ...] = ()
    parts: tuple[ScreenPart, ...] = ()
    tabs: tuple[StaffTab, ...] = ()
    tasks: tuple[TaskKind, ...] = ()

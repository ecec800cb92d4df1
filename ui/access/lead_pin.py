"""A lead's PIN in a form: a lead approves what another person does, or what is done without a sign-in."""

from collections.abc import Callable

from flask import request

from edge.features.staff import sessions
from edge.features.staff.pin_locks import PinAttempt, PinLocked, WrongPin
from edge.features.staff.sessions import Staff
from ui.request_context import process_state, request_moment, shop


def all_leads() -> list[Staff]:
    """All who lead here."""
    return [one for one in sessions.all_staff(shop().hq) if one.role == "lead"]


def prove_lead(where: Callable[[str], PinAttempt]) -> str | WrongPin | PinLocked | None:
    """The id of the lead whose PIN came with the form; else why not, or None if it names no lead. Raises TooManyPinChecks.

    `where` gives, for a person's id, the place where the PIN is tried: wrong PINs are counted as at the sign-in page.
    """
    asked, pin = request.form.get("lead", ""), request.form.get("lead_pin", "")[: sessions.MAX_PIN_LENGTH]
    person = next((one for one in all_leads() if one.staff == asked), None)
    if person is None:
        return None
    no = sessions.prove_pin(
        shop().db, shop().box, person, pin, where(person.staff), request_moment(), process_state().pins.fits
    )
    return no or person.staff

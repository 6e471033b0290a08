"""What the administrators' pages call the codes that services and catalogs use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from babel.dates import get_day_names

from services.portal import formats
from services.portal.tongue import gettext
from shared.catalog.definitions import Calendar, text_in

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parameter_kind(code: str) -> str:
    """A parameter's kind."""
    return {
        "text": gettext("text"),
        "long_text": gettext("long text"),
        "integer": gettext("whole number"),
        "decimal": gettext("number"),
        "money": gettext("money"),
        "date": gettext("date"),
        "datetime": gettext("date and time"),
        "boolean": gettext("yes or no"),
        "choice": gettext("choice"),
        "multi_choice": gettext("several choices"),
        "email": gettext("e-mail"),
        "phone": gettext("phone"),
        "cpf_cnpj": gettext("CPF or CNPJ"),
        "url": gettext("web address"),
        "person": gettext("person"),
        "file": gettext("file"),
        "table": gettext("table"),
    }.get(code, code)


def relation(kind: str) -> str:
    """What another ticket is to this one, as the ticket service's relations say it."""
    return {
        "related": gettext("related"),
        "duplicate_of": gettext("this one repeats it"),
        "repeated_by": gettext("it repeats this one"),
        "created_from": gettext("this one was made from it"),
        "origin_of": gettext("it was made from this one"),
    }.get(kind, kind)


def telling(kind: str) -> str:
    """What somebody was told, as the delivery ledger's kinds say it."""
    return {
        "your_turn": gettext("The turn came"),
        "approve": gettext("A decision was asked"),
        "queue_turn": gettext("New in a queue"),
        "third_party_turn": gettext("A third party is waited for"),
        "stage": gettext("A stage was entered"),
        "finished": gettext("It ended"),
        "submission_refused": gettext("It could not be sent"),
        "message": gettext("A message was written"),
        "mentioned": gettext("Somebody was mentioned"),
        "shared": gettext("It was shared"),
        "passed_on": gettext("It was passed on"),
        "rated": gettext("It was rated"),
        "file_rejected": gettext("A file was refused"),
        "deadline_near": gettext("A deadline is near"),
        "deadline_missed": gettext("A deadline was missed"),
        "mail_draft": gettext("A mail became a draft"),
        "mail_refused": gettext("A mail was not taken"),
        "mail_parked": gettext("A mail that came in is stuck"),
        "fallback": gettext("Nobody could act"),
        "parked": gettext("An event is parked"),
        "gave_up": gettext("A message was given up"),
        "undeliverable": gettext("An address receives no mail"),
        "link": gettext("A link for the password"),
    }.get(kind, kind)


def role(code: str) -> str:
    """In which role somebody is told things."""
    return {
        "client": gettext("Client"),
        "attendant": gettext("Attendant"),
        "administrator": gettext("Administrator"),
    }.get(code, code)


def told_by(role_code: str, channel: str) -> str:
    """A role and a channel, as the box between them is called."""
    if channel == "mail":
        return gettext("%(role)s: by e-mail", role=role(role_code))
    return gettext("%(role)s: here", role=role(role_code))


def house_rule(code: str) -> str | None:
    """`kind:role:channel` in words; None for what has no such form."""
    kind, _, rest = code.partition(":")
    role_code, _, channel = rest.partition(":")
    if channel not in ("in_app", "mail") or telling(kind) == kind:
        return None
    return f"{telling(kind)} ({told_by(role_code, channel)})"


def reason(code: str) -> str:
    """Why something was not sent; what a mail server or a receiver said stays as it was said."""
    return {
        "preference": gettext("The person switched it off."),
        "house_rule": gettext("The house does not tell it to this role, and the person did not ask for it."),
        "in_app_only": gettext("This person gets no e-mails."),
        "no_address": gettext("This person has no e-mail address."),
        "undeliverable": gettext("Their address refused mail for good."),
        "not_visible": gettext("They may not see the request."),
        "deleted": gettext("The request was deleted."),
        "inactive": gettext("They cannot sign in any more."),
        "forgotten": gettext("The person was deleted."),
        "removed": gettext("The webhook or the chat room was removed."),
        "link_expired": gettext("The link's time was over first."),
        "link_gone": gettext("The link was used, or a newer one took its place."),
    }.get(code, code)


def service(code: str) -> str:
    """What a service has to do with, as the audit log's filter says it."""
    return {
        "ticket": gettext("requests"),
        "workflow": gettext("catalog and flows"),
        "attachments": gettext("files"),
        "notify": gettext("notifications"),
        "identity": gettext("people and sign-in"),
    }.get(code, code)


def incoming_states() -> dict[str, str]:
    """What became of mail that came in."""
    return {
        "waiting": gettext("waiting"),
        "taken": gettext("taken in"),
        "ignored": gettext("left aside"),
        "refused": gettext("refused"),
        "parked": gettext("stuck"),
    }


def incoming_reason(reason: str) -> str:
    """Why it became that; what a service or a mail server said stays as it was said."""
    code, _, said = reason.partition(": ")
    known = {
        "answer": gettext("Became a message of its request."),
        "submitted": gettext("Became a request."),
        "draft": gettext("Became a draft: something is missing to send it."),
        "bounce": gettext("A letter of ours came back."),
        "loop": gettext("It is a letter of our own."),
        "automatic": gettext("A machine wrote it."),
        "delayed": gettext("A letter of ours is late, and is tried again by its server."),
        "not_our_letter": gettext("It came back, but we did not send it."),
        "no_destination": gettext("It answers no letter of ours, and came to no address that opens requests."),
        "stranger": gettext("Nobody here has the address that it came from."),
        "unproven": gettext("Nothing proves that it came from that address."),
        "no_ticket": gettext("It belongs to no request."),
        "inactive": gettext("Who wrote it cannot sign in any more."),
        "deleted": gettext("The request was deleted."),
    }.get(code)
    if known is None:
        return reason
    return f"{known} ({said})" if said else known


def webhook_state(code: str) -> str:
    """Whether a webhook works."""
    return {
        "active": gettext("active"),
        "failing": gettext("failing, tried again later"),
        "disabled": gettext("disabled"),
    }.get(code, code)


def client_kinds(codes: Iterable[str], names: Mapping[str, Mapping[str, str]], language: str) -> str:
    """Kinds of client, each by its name where it has one."""
    return ", ".join(text_in(names.get(code) or {}, language) or code for code in codes)


def opening_hours(calendar: Calendar) -> list[tuple[str, str]]:
    """A calendar's days and their hours, days in a row with the same hours together: `seg a sex`, `08:00–12:00`."""
    spans: list[tuple[str, str, str]] = []
    for day in DAYS:
        hours = ", ".join(f"{opens}–{closes}" for opens, closes in calendar.hours.get(day, ()))
        if not hours:
            continue
        if spans and spans[-1][2] == hours and DAYS.index(spans[-1][1]) == DAYS.index(day) - 1:
            spans[-1] = (spans[-1][0], day, hours)
        else:
            spans.append((day, day, hours))
    return [(_days(first, last), hours) for first, last, hours in spans]


def _days(first: str, last: str) -> str:
    names = get_day_names("abbreviated", locale=formats.here()[0])
    begin, end = (str(names[DAYS.index(day)]).rstrip(".") for day in (first, last))
    return begin if first == last else gettext("%(first)s to %(last)s", first=begin, last=end)

"""The audit log in words: what was done, to what, and each fact of it with the names of whom it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from services.portal import formats, naming
from services.portal.tongue import gettext

SYSTEM: Final = "00000000-0000-7000-8000-000000000000"
EMPTY: Final[tuple[object, ...]] = (None, "", [], {})
UNTOLD: Final = frozenset({"operation_id", "session_id", "link_id", "message_id", "understanding_id", "entry_id"})
"""Ids that mean nothing to a reader; the log's own answer has them."""


@dataclass(frozen=True, slots=True)
class Known:
    """What ids and codes are called: people, organisations, profiles, permissions; and queues."""

    names: Mapping[str, str]
    queues: Mapping[str, str]


def deed(action: str) -> str:
    """What was done; one that is not known here as the log has it."""
    return {**_of_tickets(), **_of_people(), **_of_the_house()}.get(action, action)


def thing(word: str) -> str:
    """The kind of thing that it was done to."""
    return {
        "ticket": gettext("request"),
        "canned_answer": gettext("ready answer"),
        "saved_filter": gettext("saved view"),
        "template": gettext("e-mail text"),
        "person": gettext("person"),
        "profile": gettext("profile"),
        "kind": gettext("kind of client"),
        "organisation": gettext("organisation"),
        "queue": gettext("queue"),
        "type": gettext("type"),
        "setting": gettext("system parameter"),
        "attachment": gettext("file"),
        "preferences": gettext("preferences"),
        "webhook": gettext("webhook"),
        "chat_room": gettext("chat room"),
        "house_rules": gettext("who is told what"),
    }.get(word, word)


def facts(detail: Mapping[str, Any] | None, known: Known) -> list[tuple[str, str]]:
    """Each fact by its name, with what it says. What is empty, or an id that only machines follow, is left out."""
    told = ((name, value) for name, value in (detail or {}).items() if value not in EMPTY and name not in UNTOLD)
    names = _names()
    return [(names.get(name, name), said(value, known)) for name, value in told]


def said(value: Any, known: Known) -> str:
    """A value as a person writes it: a name for an id, a date for an instant, a list with commas."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {said(inner, known)}" for name, inner in value.items() if inner not in EMPTY)
    if isinstance(value, list | tuple):
        return ", ".join(said(each, known) for each in value)
    if value is None:
        return gettext("nothing")
    text = str(value)
    called = known.names.get(text) or known.queues.get(text) or _values().get(text)
    return called or _moment(text) or naming.house_rule(text) or text


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, however deep: ids are among them."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def who(actor_id: str, known: Known) -> str:
    """Who did it; one of the services, or the house itself, by what it is."""
    if actor_id == SYSTEM:
        return gettext("the system")
    return known.names.get(actor_id) or gettext("somebody who is no longer here")


def _moment(text: str) -> str | None:
    """An instant or a day as the reader's language writes it; None for what is neither."""
    if len(text) < len("2026-01-01") or text[4] != "-" or text[7] != "-":
        return None
    try:
        return formats.day(date.fromisoformat(text)) if len(text) == len("2026-01-01") else formats.when(_instant(text))
    except ValueError:
        return None


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _of_tickets() -> dict[str, str]:
    return {
        "draft": gettext("Draft made"),
        "submit": gettext("Sent"),
        "edit": gettext("Edited"),
        "discard": gettext("Draft discarded"),
        "advance": gettext("Went on"),
        "decision": gettext("Decided"),
        "cancel": gettext("Cancelled"),
        "delete": gettext("Deleted"),
        "reopen": gettext("Reopened"),
        "transfer": gettext("Transferred"),
        "take": gettext("Taken"),
        "schedule": gettext("Scheduled"),
        "wait": gettext("Put to wait for a third party"),
        "resume": gettext("Resumed"),
        "rate": gettext("Rated"),
        "comment": gettext("Message written"),
        "write_understanding": gettext("Understanding written"),
        "share": gettext("Shared"),
        "unshare": gettext("No longer shared"),
        "relate": gettext("Related"),
        "unrelate": gettext("No longer related"),
        "log_time": gettext("Time entered"),
        "remove_time": gettext("Time removed"),
        "migrate": gettext("Moved to another version"),
        "erase": gettext("Personal data erased"),
        "can": gettext("Ready answer kept"),
        "change_canned": gettext("Ready answer changed"),
        "drop_canned": gettext("Ready answer removed"),
        "begin": gettext("Upload begun"),
        "complete": gettext("Upload completed"),
        "give_up": gettext("Upload given up"),
        "store": gettext("File checked and kept"),
        "reject": gettext("File refused"),
        "remove": gettext("File removed"),
    }


def _of_people() -> dict[str, str]:
    return {
        "create_person": gettext("Person made"),
        "change_person": gettext("Person changed"),
        "disable_person": gettext("Person disabled"),
        "enable_person": gettext("Person enabled"),
        "erase_person": gettext("Person erased"),
        "change_password": gettext("Password changed"),
        "make_link": gettext("Link for a password made"),
        "sign_in": gettext("Signed in"),
        "end_session": gettext("Session ended"),
        "speak_for": gettext("Wrote by e-mail"),
        "create_profile": gettext("Profile made"),
        "change_profile": gettext("Profile changed"),
        "keep_kind": gettext("Kind of client kept"),
        "create_organisation": gettext("Organisation made"),
        "rename_organisation": gettext("Organisation renamed"),
        "prefer": gettext("Preferences changed"),
        "unsubscribe": gettext("E-mails switched off by their link"),
    }


def _of_the_house() -> dict[str, str]:
    return {
        "change_setting": gettext("System parameter changed"),
        "change_queue": gettext("Queue changed"),
        "retire_queue": gettext("Queue retired"),
        "publish": gettext("Version published"),
        "retire": gettext("Type retired"),
        "migrate_ticket": gettext("Request moved to another version"),
        "make_webhook": gettext("Webhook made"),
        "change_webhook": gettext("Webhook changed"),
        "renew_secret": gettext("Webhook's secret renewed"),
        "remove_webhook": gettext("Webhook removed"),
        "change_template": gettext("E-mail text changed"),
        "rotate_secret": gettext("Machine client's secret renewed"),
        "make_chat_room": gettext("Chat room made"),
        "change_chat_room": gettext("Chat room changed"),
        "remove_chat_room": gettext("Chat room removed"),
        "change_rules": gettext("Changed who is told what"),
    }


def _names() -> dict[str, str]:
    return {
        "absent_from": gettext("away from"),
        "absent_until": gettext("away until"),
        "address": gettext("address"),
        "before": gettext("before"),
        "value": gettext("value"),
        "body": gettext("text"),
        "comment": gettext("comment"),
        "description": gettext("request"),
        "duplicate_of": gettext("the same as"),
        "email": gettext("e-mail"),
        "events": gettext("events"),
        "evidence": gettext("digest of what was seen"),
        "expires_at": gettext("until"),
        "from_version": gettext("from version"),
        "guardians": gettext("guardians"),
        "identifiers": gettext("identifiers"),
        "kind": gettext("kind"),
        "language": gettext("language"),
        "mail": gettext("told by e-mail"),
        "members": gettext("members"),
        "minutes": gettext("minutes"),
        "name": gettext("name"),
        "names": gettext("names"),
        "number": gettext("number"),
        "organisation_id": gettext("organisation"),
        "other_id": gettext("the other request"),
        "outcome": gettext("outcome"),
        "parameters": gettext("parameters"),
        "party": gettext("third party"),
        "permissions": gettext("permissions"),
        "person_id": gettext("person"),
        "priority": gettext("priority"),
        "profiles": gettext("profiles"),
        "purpose": gettext("purpose"),
        "reason": gettext("reason"),
        "scope": gettext("scope"),
        "scopes": gettext("scopes"),
        "score": gettext("score"),
        "size": gettext("size"),
        "state": gettext("state"),
        "subject": gettext("subject"),
        "substitute_id": gettext("who takes over"),
        "superior_id": gettext("superior"),
        "ticket_id": gettext("request"),
        "time_zone": gettext("time zone"),
        "to_person_id": gettext("to"),
        "to_queue": gettext("to the queue"),
        "transition": gettext("way"),
        "type": gettext("type"),
        "until": gettext("until"),
        "url": gettext("address"),
        "version": gettext("version"),
        "visibility": gettext("visible to"),
        "withheld": gettext("not told"),
        "worked_on": gettext("on"),
    }


def _values() -> dict[str, str]:
    return {
        "approved": gettext("approved"),
        "rejected": gettext("rejected"),
        "public": gettext("everybody who sees the request"),
        "internal": gettext("attendants alone"),
        "low": gettext("low"),
        "normal": gettext("normal"),
        "high": gettext("high"),
        "urgent": gettext("urgent"),
        "first_access": gettext("first access"),
        "password_reset": gettext("forgotten password"),
        "signed_out": gettext("signed out"),
        "ended": gettext("ended by hand"),
        "reused": gettext("used twice"),
        "password_changed": gettext("the password was changed"),
        "disabled": gettext("disabled"),
    }

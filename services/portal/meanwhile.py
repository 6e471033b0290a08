"""What changed on a ticket between the page that somebody acted on and now, when that made their action be refused.

The service says what changed of the content (412, `changes`); turns and messages are told from the discussion. What was
typed stays in its form where that is still there, and is shown to be copied where it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from services.portal import controls
from services.portal.ask import Refused
from services.portal.shapes import Move, Ticket
from services.portal.thread import Said
from services.portal.tongue import gettext
from shared.catalog.definitions import TypeVersion

ACTIONS: Final = {
    "decide": "decide",
    "work": "edit",
    "transfer": "transfer",
    "take": "take",
    "schedule": "schedule",
    "wait": "wait",
    "resume": "resume",
    "cancel": "cancel",
    "delete": "delete",
    "reopen": "reopen",
    "request": "edit",
    "priority": "change_priority",
}
"""Which action each form is for: a form is there as long as its action is."""
WRITTEN: Final = ("reason", "understanding", "subject", "description")
COMMENT: Final = "comment-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Something that is another now. A file that came has nothing `before`, one that went nothing `after`."""

    label: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The button that does it after all: of which form, by what name and value, and what it says."""

    form: str
    text: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """What the page tells: changes, news of turns and messages, how to go on, and texts whose form is gone."""

    is_stale: bool
    changes: list[Changed] = field(default_factory=list)
    news: list[Said] = field(default_factory=list)
    again: Again | None = None
    kept: list[str] = field(default_factory=list)


def tell(
    refused: Refused,
    where: str,
    typed: Mapping[str, str],
    ticket: Ticket,
    version: TypeVersion | None,
    said: Iterable[Said],
    language: str,
) -> Meanwhile | None:
    """What to tell after a refusal; None for one that has nothing to do with what happened meanwhile."""
    if refused.status not in (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED):
        return None
    seen = _instant(typed.get("seen", ""))
    is_there = ticket.may(ACTIONS.get(where, ""))
    is_stale = refused.status == HTTPStatus.PRECONDITION_FAILED
    return Meanwhile(
        is_stale=is_stale,
        changes=[_changed(each, version, language) for each in refused.extra.get("changes") or []],
        news=[each for each in said if seen and each.at > seen and each.who != gettext("You")],
        again=_again(where, typed, ticket) if is_there and is_stale else None,
        kept=[] if is_there else _texts(typed),
    )


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _texts(typed: Mapping[str, str]) -> list[str]:
    """What somebody wrote, without what the page had put there itself."""
    names = [name for name in typed if name in WRITTEN or name.startswith(COMMENT)]
    texts = [typed[name].strip() for name in names]
    return [text for text in texts if text and text != typed.get("understood", "").strip()]


def _changed(change: Mapping[str, Any], version: TypeVersion | None, language: str) -> Changed:
    part, before, after = change.get("part"), change.get("before"), change.get("after")
    if part == "parameter":
        named = change.get("field") or {}
        code = str(named.get("code", ""))
        texts = [_shown(code, value, version, language) for value in (before, after)]
        return Changed(label=str(named.get("label") or code), before=texts[0], after=texts[1])
    if part == "understanding":
        texts = [str((each or {}).get("body", "")) for each in (before, after)]
        return Changed(label=gettext("Understanding"), before=texts[0], after=texts[1])
    if part == "file":
        texts = [str((each or {}).get("name", "")) for each in (before, after)]
        label = gettext("A file came") if after else gettext("A file was taken out")
        return Changed(label=label, before=texts[0], after=texts[1])
    label = gettext("Subject") if part == "subject" else gettext("Request")
    return Changed(label=label, before=str(before or ""), after=str(after or ""))


def _shown(code: str, value: Any, version: TypeVersion | None, language: str) -> str:
    """A parameter's value as the page writes it; of a table or files only that it is filled in."""
    if version is None or code not in version.parameter_by_code or value is None:
        return ""
    drawn = controls.controls(version, {code: "read_only"}, {code: value}, language)[0]
    return drawn.shown_value or gettext("filled in")


def _again(where: str, typed: Mapping[str, str], ticket: Ticket) -> Again | None:
    if where == "decide":
        if typed.get("outcome") == "rejected":
            return Again(form="form-reject", text=gettext("Reject it as it is now"))
        return Again(form="decide", text=gettext("Approve it as it is now"))
    if where == "work":
        return _work(typed, ticket.transitions)
    return Again(form=f"form-{where}", text=gettext("Do it now"))


def _work(typed: Mapping[str, str], moves: list[Move]) -> Again | None:
    code = typed.get("transition")
    if not code:
        return Again(form="work", name="save", value="1", text=gettext("Save it now"))
    move = next((each for each in moves if each.code == code), None)
    if move is None:
        return None
    return Again(form="work", name="transition", value=code, text=gettext("Do it now: %(way)s", way=move.name))

"""Whom somebody meant who wrote a name, an e-mail or an identifier, as administrators find people."""

from __future__ import annotations

import re
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from services.portal import door
from services.portal.ask import Refused
from services.portal.tongue import gettext

MOST: Final = 5


class Unclear(Exception):
    """Nobody is meant, or several people could be; the text says what to do."""


def person(words: str, *, is_active: str | None = "true") -> str:
    """The id of the person meant: by their whole e-mail or name, else the only one found. Raises Unclear.

    `is_active` None: those too who were let go.
    """
    found = door.asker().get("identity", "/v1/people", q=words[:200], is_active=is_active, limit=MOST + 1)["items"]
    exact = [each for each in found if words.casefold() == (each["email"] or "").casefold()]
    exact = exact or [each for each in found if words.casefold() == each["name"].casefold()]
    meant = exact or found
    if len(meant) == 1:
        return str(meant[0]["id"])
    if not meant:
        raise Unclear(gettext("Nobody is called %(words)s.", words=words))
    known = "; ".join(f"{each['name']} ({each['email'] or gettext('no e-mail')})" for each in meant[:MOST])
    raise Unclear(
        gettext(
            "Several people could be meant by %(words)s. Write the e-mail of one: %(known)s", words=words, known=known
        )
    )


def related(form: MultiDict[str, str]) -> dict[str, Any]:
    """The superior and the guardians that a person's form means, as identity takes them.

    A superior whose name was left as it was stays, whoever else is called so; a guardian stays while ticked. Raises
    Refused where it is unclear who is meant.
    """
    wrong: dict[str, list[str]] = {}
    superior, guardians = form.get("superior_id") or None, form.getlist("guardians")
    written = _plain(form.get("superior", ""))
    if written != _plain(form.get("superior_name", "")):
        superior = _meant(written, "superior", wrong) if written else None
    for words in filter(None, map(_plain, re.split(r"[,;\n]", form.get("guardian", "")))):
        id = _meant(words, "guardian", wrong)
        if id and id not in guardians:
            guardians.append(id)
    if wrong:
        raise Refused(422, "invalid", gettext("Correct the fields named and send it again."), "", wrong)
    return {"superior_id": superior, "guardians": guardians}


def _plain(words: str) -> str:
    return " ".join(words.split())


def _meant(words: str, field: str, wrong: dict[str, list[str]]) -> str | None:
    try:
        return person(words)
    except Unclear as unclear:
        wrong.setdefault(field, []).append(str(unclear))
        return None

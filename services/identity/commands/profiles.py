"""Profiles and client kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.identity.access.profiles import all_kinds, find_profile, load_profile
from services.identity.commands.content import Wrong
from services.identity.models import client_kinds, profiles
from services.identity.rules.identifiers import IDENTIFIER_KINDS
from services.identity.rules.kinds import Kind
from services.identity.rules.permissions import ADMINISTRATOR, PERMISSIONS, may_grant
from services.identity.rules.profiles import SCOPE, Profile, changed, told
from shared.errors import Conflict, Forbidden, VezError
from shared.ids import Actor
from shared.transaction import Transaction


def create_profile(tx: Transaction, actor: Actor, profile: Profile) -> Profile:
    """Make a profile. Raises Forbidden when it grants more than the actor has, Invalid."""
    tx.in_order(forbidden=_refusal(actor, profile.permissions), moves=False)
    wrong = _checked(profile)
    if find_profile(tx, profile.code) is not None:
        wrong.add("code", "There is a profile %(code)s already", code=profile.code)
    wrong.refuse()
    made = replace(profile, created_at=tx.now, updated_at=tx.now)
    return write_new(tx, made, "create_profile")


def change_profile(tx: Transaction, actor: Actor, code: str, changes: Mapping[str, Any]) -> Profile:
    """Change what a profile is called, grants and covers; `is_retired`: it grants nothing any more.

    Raises NotFound, Forbidden, Conflict for what every house needs as it is, Invalid.
    """
    before = load_profile(tx, code)
    after = changed(before, changes, tx.now)
    moved = {*before.permissions} ^ {*after.permissions}
    if after.is_retired != before.is_retired:
        moved |= {*before.permissions, *after.permissions}
    tx.in_order(forbidden=_refusal(actor, moved), conflict=_needed(before, after), version=before.version)
    _checked(after).refuse()
    tx.change(
        profiles,
        code,
        {name: _plain(getattr(after, name)) for name in (*changes, "updated_at")},
        version=before.version,
    )
    tx.emit(told(after))
    tx.audit("profile", code, "change_profile", changes)
    return after


def write_new(tx: Transaction, profile: Profile, action: str) -> Profile:
    """Store a profile that is not there yet."""
    columns = ("code", "names", "permissions", "scopes", "is_built_in", "is_retired", "created_at", "updated_at")
    tx.create(profiles, {name: _plain(getattr(profile, name)) for name in columns})
    tx.emit(told(profile))
    tx.audit("profile", profile.code, action, {"permissions": list(profile.permissions)})
    return profile


def keep_kinds(tx: Transaction, actor: Actor, kinds: Sequence[Kind]) -> list[Kind]:
    """Keep exactly these client kinds; others are retired: those who have one stay, nobody else gets it."""
    tx.in_order(forbidden=None if actor.may("catalog.publish") else Forbidden("Your profiles do not allow this"))
    wrong = Wrong()
    for kind in kinds:
        if not kind.login or not set(kind.login) <= set(IDENTIFIER_KINDS):
            wrong.add("items", "%(code)s: a login is one or more of %(known)s", code=kind.code, known=IDENTIFIER_KINDS)
    wrong.refuse()
    write_kinds(tx, kinds)
    return list(kinds)


def write_kinds(tx: Transaction, kinds: Sequence[Kind]) -> None:
    """Store client kinds as given; those that are not named are retired. What stays as it is is not touched."""
    known = {kind.code: kind for kind in all_kinds(tx)}
    named = {kind.code: kind for kind in kinds}
    retired = {code: replace(kind, is_retired=True) for code, kind in known.items() if code not in named}
    for code, kind in {**named, **retired}.items():
        values = {"names": kind.names, "login": list(kind.login), "is_retired": kind.is_retired}
        if code not in known:
            tx.create(client_kinds, {"code": code, **values})
        elif known[code] != kind:
            tx.change(client_kinds, code, values)
        else:
            continue
        tx.audit("kind", code, "keep_kind", values)


def _refusal(actor: Actor, permissions: Any) -> Forbidden | None:
    if may_grant(actor, permissions):
        return None
    return Forbidden("Nobody grants more than they have themselves", type="grants-too-much")


def _needed(before: Profile, after: Profile) -> VezError | None:
    """A Conflict where a house would lose what it cannot do without."""
    if before.is_built_in and after.is_retired:
        return Conflict("This profile belongs to every house and stays", type="built-in")
    if before.code == ADMINISTRATOR and after.permissions != before.permissions:
        return Conflict("Administrators may do everything: give other people a profile of their own", type="built-in")
    return None


def _checked(profile: Profile) -> Wrong:
    wrong = Wrong()
    if not profile.names:
        wrong.add("names", "Write something here")
    for permission in profile.permissions:
        if permission not in PERMISSIONS:
            wrong.add("permissions", "There is no permission %(permission)s", permission=permission)
    for scope in profile.scopes:
        if not SCOPE.fullmatch(scope):
            wrong.add("scopes", "A scope is written group:CODE, type:CODE or organisation")
    return wrong


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

"""People, for administrators; and the directory in which colleagues look somebody up."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.identity import schemas
from services.identity.api.places import after_id, page
from services.identity.api.proving import fresh_hash, judge_rights
from services.identity.api.tools import house as house_of
from services.identity.api.tools import tools
from services.identity.commands import passwords, people
from services.identity.commands.bringing_in import bring_in as bring
from services.identity.commands.erasing import erase_person
from services.identity.queries import people as queries
from services.identity.queries.people import Sought
from services.identity.rules.people import NewPerson
from shared.http import blueprint, command, limit, needs, query, signed_in
from shared.operations import Receipt

blp = blueprint("people", __name__, description="People")
MANAGES = "people.manage"


@blp.route("/people")
@needs(MANAGES)
@blp.arguments(schemas.PeopleQuery, location="query")
@blp.response(200, schemas.People)
def list_people(asked: dict[str, Any]) -> Response:
    """People, oldest first; `q` (words of a name, e-mail or identifier), `profile`, `kind`, `organisation`, `is_active`
    and `id` (up to 100, repeated) narrow it."""
    sought = Sought(
        text=asked["q"],
        profile=asked.get("profile"),
        kind=asked.get("kind"),
        organisation_id=str(asked["organisation"]) if "organisation" in asked else None,
        is_active=asked.get("is_active"),
        ids=tuple(str(id) for id in asked["id"]) if "id" in asked else None,
        after=after_id(),
        most=limit(),
    )
    return query(
        lambda reader, actor: page(queries.people_list(reader, actor, sought), sought.most, lambda each: each.id),
        schemas.People,
    )


@blp.route("/people", methods=["POST"])
@needs(MANAGES)
@blp.arguments(schemas.PersonNew)
@blp.response(201, schemas.Person)
def create_person(body: dict[str, Any]) -> Response:
    """Make a person, with or without a first password."""
    password = body.pop("password")
    new = new_person(body)
    password_hash = None
    if password is not None:
        judge_rights()
        password_hash = fresh_hash(password, [new.name, new.email, *new.identifiers.values()])
    return command(
        lambda tx: people.create_person(tx, tx.actor, new, password_hash=password_hash),
        schemas.Person,
        status=201,
        location=lambda made: f"/v1/people/{made.id}",
    )


@blp.route("/people/list", methods=["POST"])
@needs(MANAGES)
@blp.arguments(schemas.PeopleList)
@blp.response(200, schemas.PeopleListed)
def bring_in(body: dict[str, Any]) -> Response:
    """Make or change the people of a list, at most 2,000; with `dry_run` only tell what would become of each line.

    Somebody is there already where the e-mail or another identifier of the line is theirs; what a line leaves out stays
    as it is. A line that is wrong is told of in its result and stops no other.
    """
    lines, dry_run = schemas.lines_of(body["lines"]), body["dry_run"]
    like = house_of(tools().options, "")

    def verb(tx: Any) -> dict[str, Any]:
        return {"items": bring(tx, tx.actor, lines, like, dry_run=dry_run), "applied": not dry_run}

    return command(verb, schemas.PeopleListed)


@blp.route("/people/<uuid:person_id>")
@signed_in
@blp.response(200, schemas.Person)
def read_person(person_id: str) -> Response:
    """One person: oneself, or anybody for who manages people."""
    return query(lambda reader, actor: queries.person(reader, actor, person_id), schemas.Person)


@blp.route("/people/<uuid:person_id>", methods=["PATCH"])
@signed_in
@blp.arguments(schemas.PersonChanges)
@blp.response(200, schemas.Person)
def change_person(body: dict[str, Any], person_id: str) -> Response:
    """Change a person (JSON Merge Patch)."""
    changes = plain(body)
    return command(lambda tx: people.change_person(tx, tx.actor, person_id, changes), schemas.Person)


@blp.route("/people/<uuid:person_id>/disable", methods=["POST"])
@needs(MANAGES)
@blp.response(200, schemas.Person)
def disable_person(person_id: str) -> Response:
    """Let somebody in no more: their sessions and tokens end at once."""
    return command(lambda tx: people.set_active(tx, tx.actor, person_id, is_active=False), schemas.Person)


@blp.route("/people/<uuid:person_id>/enable", methods=["POST"])
@needs(MANAGES)
@blp.response(200, schemas.Person)
def enable_person(person_id: str) -> Response:
    """Let somebody in again; they sign in anew."""
    return command(lambda tx: people.set_active(tx, tx.actor, person_id, is_active=True), schemas.Person)


@blp.route("/people/<uuid:person_id>/erase", methods=["POST"])
@needs(MANAGES)
@blp.response(200, Receipt)
def erase(person_id: str) -> Response:
    """Erase somebody's data here and in every service, for good; each leaves a receipt. Asked again, the same one."""
    return command(lambda tx: erase_person(tx, tx.actor, person_id), Receipt)


@blp.route("/people/<uuid:person_id>/links", methods=["POST"])
@needs(MANAGES)
@blp.response(201, schemas.LinkAddress)
def invite_person(person_id: str) -> Response:
    """A one-time link by which somebody sets their password; earlier ones end."""

    def verb(tx: Any) -> dict[str, Any]:
        link = passwords.invite(tx, tx.actor, person_id, tools().lifetimes)
        return link_address(link)

    return command(verb, schemas.LinkAddress, status=201)


@blp.route("/directory")
@signed_in
@blp.arguments(schemas.DirectoryQuery, location="query")
@blp.response(200, schemas.Directory)
def directory(asked: dict[str, Any]) -> Response:
    """Active people by name, for who works requests; `permission` narrows it to those who have it."""
    most = limit()

    def noun(reader: Any, actor: Any) -> dict[str, Any]:
        found = queries.directory(reader, actor, asked["q"], asked.get("permission"), most)
        return {"items": found, "next_cursor": None}

    return query(noun, schemas.Directory)


def link_address(link: Any) -> dict[str, Any]:
    """A one-time link with the address that a person opens."""
    facts = {name: getattr(link, name) for name in ("id", "person_id", "purpose", "expires_at")}
    return {**facts, "url": tools().url_of(link)}


def new_person(body: dict[str, Any]) -> NewPerson:
    """The person that a body describes, in the house's language and time zone unless it says otherwise."""
    facts = plain(body)
    facts["identifiers"] = {kind: value for kind, value in facts["identifiers"].items() if value is not None}
    facts["profiles"], facts["guardians"] = tuple(facts["profiles"]), tuple(facts["guardians"])
    options = tools().options
    return NewPerson(**{"language": options.default_language, "time_zone": options.time_zone, **facts})


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """A loaded body with ids as text and lists that a person's row keeps as tuples; null empties a list."""
    facts = dict(body)
    for name in ("superior_id", "substitute_id", "organisation_id"):
        if facts.get(name) is not None:
            facts[name] = str(facts[name])
    for name in ("profiles", "guardians"):
        if name in facts:
            facts[name] = tuple(str(each) for each in facts[name] or ())
    return facts

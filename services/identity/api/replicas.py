"""What the other services' replicas of people and profiles ask for. Services only."""

from __future__ import annotations

from flask import Response, request

from services.identity.queries import replicas
from shared.errors import Invalid, Message
from shared.http import blueprint, query, services_only

blp = blueprint("replicas", __name__, description="For the other services' replicas")


@blp.route("/replica/people/<uuid:person_id>")
@services_only()
@blp.response(200)
def by_id(person_id: str) -> Response:
    """A person and the profiles that they name, each with its number."""
    return query(lambda reader, actor: replicas.by_id(reader, person_id), None)


@blp.route("/replica/people")
@services_only()
@blp.response(200)
def by_email() -> Response:
    """Who has the e-mail in `?email=`."""
    email = request.args.get("email", "")
    if not email:
        wrong = Message("Name an e-mail address")
        raise Invalid("Correct the fields named and send it again", fields={"email": [wrong]})
    return query(lambda reader, actor: replicas.by_email(reader, email), None)

"""Blueprints, and the four ways in which a route says who may call it. A route that says none fails a check."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g, request
from flask_smorest import Blueprint

from shared.access import Claims, bearer
from shared.errors import Forbidden
from shared.http.running import current_edge

F = TypeVar("F", bound=Callable[..., Any])


def blueprint(name: str, import_name: str, *, description: str = "") -> Blueprint:
    """A blueprint below /v1."""
    return OwnBlueprint(name, import_name, url_prefix="/v1", description=description)


class OwnBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint that makes one instance of an arguments' schema, not one a request."""

    def arguments(self, schema: Any, **kwargs: Any) -> Any:
        """Load and check arguments by `schema`, as flask-smorest does."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **kwargs)


def public(view: F) -> F:
    """Anyone may call this route."""
    view.vez_access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: F) -> F:
    """Whoever is signed in may call this route; what they may do is the verb's to judge."""
    return _guarded(view, "signed in", ())


def needs(*permissions: str) -> Callable[[F], F]:
    """Only who has every one of `permissions` may call this route (403), judged on the service's own replica."""
    return lambda view: _guarded(view, " and ".join(permissions), permissions)


def services_only(permission: str = "service.ask") -> Callable[[F], F]:
    """Only other services may call this route, by a service token that carries `permission`."""

    def decorate(view: F) -> F:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            claims = authenticate()
            if not claims.is_service or permission not in claims.permissions:
                raise Forbidden("Only services of this installation may ask this")
            return view(*args, **kwargs)

        checked.vez_access = permission  # type: ignore[attr-defined]
        return cast(F, checked)

    return decorate


def _guarded(view: F, label: str, permissions: tuple[str, ...]) -> F:
    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        authenticate()
        g.permissions_needed = permissions
        return view(*args, **kwargs)

    checked.vez_access = label  # type: ignore[attr-defined]
    return cast(F, checked)


def authenticate() -> Claims:
    """The claims of the request's bearer token. Raises Unauthenticated."""
    g.token = bearer(request.headers.get("Authorization"))
    g.claims = current_edge().verifier.verify(g.token)
    return cast(Claims, g.claims)

"""The browser's own address: what the house's proxies in front of the portal say of it."""

from __future__ import annotations

from flask import request

from services.portal import door

LONGEST = 64


def caller_address() -> str:
    """The address that the nearest of our own proxies saw, none that a browser can write itself."""
    hops = door.options().proxy_hops
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if hops > 0 and len(forwarded) >= hops:
        return forwarded[-hops][:LONGEST]
    return (request.remote_addr or "local")[:LONGEST]

"""The pages, by audience. Each view asks the services, arranges what they answer and renders one template."""

from __future__ import annotations

from flask import Flask

from services.portal.views import home, live
from services.portal.views.account import blueprint as account
from services.portal.views.admin import blueprint as admin
from services.portal.views.attendant import blueprint as attendant
from services.portal.views.client import blueprint as client
from services.portal.views.tickets import blueprint as tickets
from services.portal.views.tickets.files import blueprint as files


def register(app: Flask) -> None:
    """Register every page."""
    for blueprint in (home.blueprint, account, client, tickets, files, attendant, admin, live.blueprint):
        app.register_blueprint(blueprint)

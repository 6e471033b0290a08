"""The blueprint of a ticket's pages."""

from flask import Blueprint

blueprint = Blueprint("tickets", __name__, url_prefix="/tickets")

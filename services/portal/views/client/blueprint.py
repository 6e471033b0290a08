"""The blueprint of the client's pages."""

from flask import Blueprint

blueprint = Blueprint("client", __name__)

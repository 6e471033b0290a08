"""The blueprint of the attendants' pages."""

from flask import Blueprint

blueprint = Blueprint("attendant", __name__, url_prefix="/queue")

"""The blueprint of everybody's pages."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)

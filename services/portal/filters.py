"""What templates call to write dates, sizes, names and whose turn it is."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask, current_app
from markupsafe import Markup
from werkzeug.local import LocalProxy

from services.portal import door, formats, naming, words
from services.portal.house import House
from services.portal.tongue import gettext


def add(app: Flask) -> None:
    """Add the filters and globals to the app's templates."""
    for filter_ in (
        formats.exact,
        formats.when,
        formats.by_when,
        formats.ago,
        formats.day,
        formats.weekday_day,
        formats.whole_day,
        formats.clock_time,
        formats.lasting,
        formats.held_for,
        formats.deadline,
        formats.urgency,
        formats.size,
        formats.sign,
        formats.money,
        words.initials,
        words.first_name,
    ):
        app.jinja_env.filters[filter_.__name__] = filter_
    app.jinja_env.filters.update(
        kind_mark=kind_mark,
        instant=instant,
        said_when=said_when,
        on_day=on_day,
        browser=browser,
        twice=lambda value: (value, value),
        role=naming.role,
    )
    app.jinja_env.globals["sealed"] = sealed
    app.jinja_env.globals["house"] = LocalProxy(_house)


def _house() -> House:
    house: House = current_app.extensions["vez.front"].house()
    return house


def sealed() -> Markup:
    """The hidden field that every form of this site carries."""
    return Markup('<input type="hidden" name="seal" value="{}">').format(door.seal())


def instant(text: str | None) -> Markup:
    """An instant in wire form, as people say it, the exact one on hover."""
    if not text:
        return Markup("")
    moment = datetime.fromisoformat(text)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(text, formats.exact(moment), formats.when(moment))


def said_when(text: str) -> str:
    """An instant in wire form within a sentence."""
    return formats.by_when(datetime.fromisoformat(text))


def on_day(text: str) -> str:
    """A day in wire form within a sentence."""
    return formats.day(date.fromisoformat(text))


def kind_mark(name: str) -> str:
    """Three letters that stand for a file's kind."""
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending[:4].upper() if ending.isalnum() else "?"


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser(agent: str) -> str:
    """A browser as a person knows it: Firefox, Windows."""
    name = next((shown for sign, shown in BROWSERS if sign in agent), "")
    system = next((shown for sign, shown in SYSTEMS if sign in agent), "")
    return ", ".join(part for part in (name, system) if part) or agent[:60] or gettext("Unknown device")

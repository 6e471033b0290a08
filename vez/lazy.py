"""The one place that imports late: a command loads what it runs, the supervisor preloads while servers start."""

from __future__ import annotations

import sys
import sysconfig
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import click


def load(name: str) -> ModuleType:
    """The module `name`, imported now."""
    return import_module(name)


def exists(name: str) -> bool:
    """Whether there is a module `name`; it is not imported."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def folder_of(package: str) -> Path:
    """The folder of an installed package, without importing it. Raises ClickException when it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise click.ClickException(f"{package} is not installed: install Vez with its embedded stack, vez[embedded]")
    return Path(next(iter(spec.submodule_search_locations)))


def program(name: str) -> str:
    """The path of a program that a wheel of the embedded stack brings. Raises ClickException when it is not there."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / name).is_file():
            return str(folder / name)
    raise click.ClickException(f"{name} is not installed: install Vez with its embedded stack, vez[embedded]")

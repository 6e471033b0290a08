"""Every command of `vez`, with its arguments and options."""

from __future__ import annotations

from collections.abc import Iterator

import click

from vez import cli
from vez.reference.markdown import code, page, table

ABOUT = """\
`vez COMMAND --help` says the same. Every command ends with 0 when it did what was asked, with 1 and one line on
standard error when it could not, and with 2 when it was called wrongly."""


def make() -> str:
    """The page."""
    parts: list[str] = []
    context = click.Context(cli.group, info_name="vez")
    for name in cli.group.list_commands(context):
        command = cli.group.get_command(context, name)
        assert command is not None
        parts += _of(command, click.Context(command, info_name=name, parent=context))
    return page("Commands", ABOUT, parts)


def _of(command: click.Command, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group):
        yield f"## {context.command_path}"
        yield _help(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _of(below, click.Context(below, info_name=name, parent=context))
        return
    level = "##" if context.parent is not None and context.parent.parent is None else "###"
    yield f"{level} {context.command_path}"
    yield code(" ".join([context.command_path, *command.collect_usage_pieces(context)]))
    yield _help(command)
    rows = [_row(parameter, context) for parameter in command.params if _is_shown(parameter)]
    if rows:
        yield table(["option", "what it does"], rows)


def _help(command: click.Command) -> str:
    paragraphs = (command.help or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _is_shown(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.hidden


def _row(parameter: click.Parameter, context: click.Context) -> list[str]:
    assert isinstance(parameter, click.Option)
    record = parameter.get_help_record(context)
    assert record is not None
    return [code(record[0]), " ".join(record[1].split())]

"""Help and usage errors in the terminal's language, translated when they are shown and not before."""

import inspect
import re
from copy import copy
from typing import Any

import click
import click.core
import click.exceptions
import click.formatting
import click.parser
import click.types

from dentsync.lang import _

_NAME = re.compile(r"[A-Z]{2,}(?:[ -][A-Z]+)*")
_LABEL = re.compile(r"(\S[^:]*:)( {2,})")


def _plural(one: str, many: str, n: int) -> str:
    return _(one if n == 1 else many)


# click asks gettext, which knows files for each locale of the machine, and neither --lang nor our catalogue.
for _module in (click.core, click.exceptions, click.formatting, click.parser, click.types):
    vars(_module).update(_=_, ngettext=_plural)


class Command(click.Command):
    """A command whose help speaks the terminal's language; the texts stand in the source in English."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, from a translated copy of the command."""
        shown = self._translated()
        shown.params = [_parameter(param, ctx) for param in self.get_params(ctx)]  # among them --help
        shown.add_help_option = False
        shown.options_metavar = _("[OPTIONS]")
        super(Command, shown).format_help(ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line. An error that click raises without its command is given it, to name its help."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def get_short_help_str(self, limit: int = 45) -> str:
        """One line for the group's list of commands."""
        return super(Command, self._translated()).get_short_help_str(limit)

    def _translated(self) -> "Command":
        shown = copy(self)
        shown.help = "\n\n".join(map(_paragraph, paragraphs_of(self.help or "")))
        return shown


class Group(Command, click.Group):
    """Commands whose help speaks the terminal's language."""

    command_class = Command

    def _translated(self) -> "Group":
        shown = copy(self)
        shown.help = super()._translated().help
        shown.subcommand_metavar = _("COMMAND [ARGS]...")
        return shown


def paragraphs_of(text: str) -> list[str]:
    """A help text as click reads it: unwrapped, except what begins with a backspace and keeps its lines."""
    blocks = inspect.cleandoc(text).split("\n\n")
    return [block if block.startswith("\b") else " ".join(block.split()) for block in blocks]


def labels_of(block: str) -> list[str]:
    """What stands before the examples of a block that keeps its lines: "Example:"."""
    return [found[1] for found in map(_LABEL.match, block.splitlines()) if found]


def names_of(metavar: str) -> list[str]:
    """The words of a metavar: ``[FEEDS]...`` has one, a list of choices none."""
    return _NAME.findall(metavar)


def _paragraph(text: str) -> str:
    if not text.startswith("\b"):
        return _(text)
    return "\n".join(
        _LABEL.sub(lambda found: _(found[1]).ljust(len(found[0])), line, count=1) if _LABEL.match(line) else line
        for line in text.splitlines()
    )


def _parameter(param: Any, ctx: click.Context) -> click.Parameter:
    shown: Any = copy(param)
    shown.help = _(param.help) if getattr(param, "help", None) else None
    shown.metavar = _NAME.sub(lambda found: _(found[0]), param.make_metavar(ctx=ctx))
    return shown  # type: ignore[no-any-return]


def usage_line_of(error: click.ClickException) -> str:
    """What is wrong with a command line and where its help is, in one line."""
    context = getattr(error, "ctx", None)
    if context and isinstance(error, click.BadParameter) and error.param:
        error.param = _parameter(error.param, context)
    said = " ".join(error.format_message().split())
    said += "" if said.endswith((".", "?", "?)")) else "."
    return f"{said} " + _("Help: {command} --help").format(command=context.command_path if context else "dentsync")

"""Commands for the strategy: `flask strategy import`."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.yaml_source import ContentError
from participation.leitbild.discard import InUse, discard_first
from participation.leitbild.first import publish_first
from participation.moderation import grounds
from participation.moderation.rulebook import import_rules
from participation.resolutions.bodies import import_bodies
from participation.strategy.importer import Report, WordingChanged, import_content
from participation.strategy.models import Kind

strategy = AppGroup("strategy", help="The wording of the strategy, as it stands in the content folder.")


class Refused(click.ClickException):
    """The content was not taken over; the database is as it was."""

    def show(self, file: object = None) -> None:
        """Print the reasons as they are, one a line."""
        click.echo(self.message, err=True)


@strategy.command("import")
def import_command() -> None:
    """Read the content folder into the database, all of it or nothing."""
    for line in load():
        click.echo(line)


def load() -> list[str]:
    """Import the content and publish revision 1 with it; return what to tell the operator.

    As long as nobody has contributed anything, a changed wording replaces the imported one, and revision 1 with it.

    Raises:
        Refused: if a file is invalid, or if the wording changed although there is dialogue.
    """
    folder = current_app.config["CONTENT"]
    try:
        with transaction():
            try:
                report = import_content(folder)
            except WordingChanged as changed:
                try:
                    discard_first()
                except InUse:
                    raise changed from None
                report = import_content(folder, start_over=True)
            revision = publish_first(now())
            told = _told(report)
            grounds.read(folder)
            if rules := import_rules(folder):
                told.append(f"New versions of the rules: {rules}.")
            if bodies := import_bodies(folder):
                told.append(f"{bodies} bodies decide about versions of the Leitbild.")
    except ContentError as error:
        raise Refused("\n".join([*map(str, error.problems), f"Nothing was imported from {folder}."])) from error
    except WordingChanged as error:
        raise Refused(f"{error.diff}\n\n{error.message}\nNothing was imported from {folder}.") from error
    if revision is not None:
        told.append(f"Published as revision 1 of the Leitbild: {revision.summary}")
    return told


def _told(report: Report) -> list[str]:
    if not report.changed:
        return [f"Nothing changed: {_totals(report)}."]
    kinds = db.session.execute(select(Kind.id, Kind.label, Kind.plural).order_by(Kind.position))
    lines = [
        f"{count:>5} {label if count == 1 else plural} ({ident})"
        for ident, label, plural in kinds
        if (count := report.counts.get(ident, 0))
    ]
    return [*lines, f"{_totals(report)}."]


def _totals(report: Report) -> str:
    return f"{report.nodes} nodes, {report.threads} with a thread, {report.measures} measures"

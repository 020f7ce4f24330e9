"""`flask bodies …`: who adopts versions of the Leitbild, and who sits there."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select

from participation.accounts.models import User
from participation.base.db import db, transaction
from participation.base.verdict import DomainError, NotFound
from participation.base.yaml_source import ID_PATTERN
from participation.places.models import Region
from participation.resolutions import bodies as operations
from participation.resolutions import queries

bodies = AppGroup("bodies", help="The bodies that adopt versions of the Leitbild, and their members.")


@bodies.command("list")
def list_command() -> None:
    """Show all bodies with their members."""
    seats = queries.members()
    for body in queries.bodies():
        until = f", until {body.until:%Y-%m-%d}" if body.until else ""
        click.echo(f"{body.id}: {body.name}{until}")
        for _body, user_id, name in (seat for seat in seats if seat[0] == body.id):
            click.echo(f"  {name} (account {user_id})")


@bodies.command()
@click.argument("ident")
@click.option("--name", required=True, help="Lenkungsgremium Brandenburg")
@click.option("--short", required=True, help="For lists and tables: Brandenburg")
@click.option("--region", type=click.Choice([region.value for region in Region]), help="For whom it decides.")
def add(ident: str, name: str, short: str, region: str | None) -> None:
    """Add a body; it decides about versions published from now on."""
    if not ID_PATTERN.fullmatch(ident) or len(ident) > 120:
        raise click.BadParameter("takes small letters, digits and single hyphens, a letter first")
    if not name.strip() or not short.strip() or len(name) > 120 or len(short) > 40:
        raise click.ClickException("The name has 1 to 120 characters, the short one 1 to 40.")
    try:
        with transaction():
            operations.add_body(
                ident=ident, name=name.strip(), short=short.strip(), region=Region(region) if region else None
            )
    except DomainError as error:
        raise click.ClickException("There is a body with this id or name.") from error
    click.echo(f"Added {ident}. Give it members: flask bodies seat {ident} ADDRESS")


@bodies.command()
@click.argument("ident")
def retire(ident: str) -> None:
    """Give a body up; versions published before still need its resolution."""
    try:
        with transaction():
            operations.retire_body(ident)
    except NotFound as error:
        raise click.ClickException(f"There is no body {ident} in office.") from error
    click.echo(f"{ident} decides about nothing that is published from now on.")


@bodies.command()
@click.argument("ident")
@click.argument("email")
def seat(ident: str, email: str) -> None:
    """Give a person a seat in a body. They cannot moderate or run the platform as long as they hold it."""
    try:
        with transaction():
            operations.seat_member(ident, _person(email))
    except operations.NotAResident as error:
        raise click.ClickException("Whoever moderates or runs the platform sits in no body.") from error
    except operations.SeatTaken as error:
        raise click.ClickException("This person holds a seat already.") from error
    except NotFound as error:
        raise click.ClickException(f"There is no body {ident}.") from error
    click.echo(f"{email} sits in {ident}.")


@bodies.command()
@click.argument("ident")
@click.argument("email")
def unseat(ident: str, email: str) -> None:
    """End a person's seat; what they signed stays."""
    try:
        with transaction():
            operations.unseat_member(ident, _person(email))
    except NotFound as error:
        raise click.ClickException(f"{email} holds no seat in {ident}.") from error
    click.echo(f"{email} no longer sits in {ident}.")


def _person(email: str) -> User:
    found: User | None = db.session.scalar(select(User).where(User.email == email.lower()))
    if found is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    return found

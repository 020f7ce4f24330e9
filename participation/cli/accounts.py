"""Accounts from the command line: the first moderators and operators."""

from __future__ import annotations

import secrets

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import AppGroup

from participation.accounts import factors, operations
from participation.accounts.models import Role
from participation.accounts.passwords import MAXIMUM, MINIMUM
from participation.accounts.queries import person_by_address
from participation.base.db import transaction
from participation.base.verdict import DomainError

accounts = AppGroup("accounts", help="People with an account.")


@accounts.command("create")
@click.argument("email")
@click.option("--name", required=True, help="The name shown beside contributions.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.RESIDENT.value, show_default=True
)
@click.option("--generate", is_flag=True, help="Make up a password and print it once, instead of asking for one.")
def create(email: str, name: str, role: str, *, generate: bool) -> None:
    """Create a confirmed account."""
    try:
        address = validate_email(email, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise click.BadParameter(str(error)) from error
    password = (
        secrets.token_urlsafe(15) if generate else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    if not MINIMUM <= len(password) <= MAXIMUM:
        raise click.ClickException(f"The password needs {MINIMUM} to {MAXIMUM} characters.")
    try:
        with transaction():
            person = operations.create_account(
                email=address, display_name=name, password=password, role=Role(role), confirmed=True
            )
    except DomainError as error:
        raise click.ClickException(f"{address} has an account already, or the name is not possible.") from error
    click.echo(f"Created account {person.id} for {address} ({role}).")
    if generate:
        click.echo(f"Password: {password}")


@accounts.command("reset-factors")
@click.argument("email")
def reset_factors(email: str) -> None:
    """Take all second factors from an account whose owner lost them; first make sure that it is the owner who asks.

    The owner gets a letter, and the security log an entry.
    """
    with transaction():
        person = person_by_address(email)
        if person is None:
            raise click.ClickException(f"{email} has no confirmed account.")
        factors.reset_factors(person)
    click.echo(f"Account {person.id} has no second factor any more. Its password stays as it is.")

"""Commands for setting up and for developers: `flask dev …`."""

from __future__ import annotations

import secrets
from pathlib import Path

import click
import flask_migrate
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from participation.accounts.initiatives import apply_initiative, verify_initiative
from participation.accounts.models import Role, User
from participation.accounts.operations import create_account
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.cli import demo
from participation.cli.documents import queue_what_is_missing
from participation.cli.fill import fill
from participation.cli.leitbild import freeze, trace_now
from participation.cli.log import prepare as prepare_log
from participation.cli.strategy import load
from participation.resolutions.bodies import seat_member
from participation.resolutions.queries import bodies

dev = AppGroup("dev", help="Set up, fill with examples, measure.")

ACCOUNTS = (
    ("Anna Noack", "anna@example.org", Role.RESIDENT, "jaenschwalde", "Bewohnerin in Brandenburg"),
    ("Jan Lehmann", "jan@example.org", Role.RESIDENT, "hoyerswerda", "Bewohner in Sachsen"),
    ("Mira Schulze", "mira@example.org", Role.RESIDENT, "guben", "Delegierte der Initiative „Radbrücke Neiße“"),
    ("A. Wendt", "wendt@example.org", Role.MODERATOR, "cottbus", "Moderation"),
    ("P. Nowak", "nowak@example.org", Role.MODERATOR, "goerlitz", "Moderation"),
    ("B. Krüger", "krueger@example.org", Role.RESIDENT, "cottbus", "Lenkungsgremium Brandenburg"),
    ("H. Jakubik", "jakubik@example.org", Role.RESIDENT, "guben", "Lenkungsgremium Brandenburg"),
    ("S. Winkler", "winkler@example.org", Role.RESIDENT, "bautzen", "Lenkungsgremium Sachsen"),
    ("M. Lehnert", "lehnert@example.org", Role.RESIDENT, "goerlitz", "Lenkungsgremium Sachsen"),
)
SEATS = {
    "brandenburg": ("krueger@example.org", "jakubik@example.org"),
    "sachsen": ("winkler@example.org", "lehnert@example.org"),
}
"""Two members for each body, as far as there are these bodies: one drafts, the other signs."""
FILE = "demo-accounts.txt"


@dev.command()
@click.option("--no-accounts", is_flag=True, help="Leave the demo accounts out.")
@click.option("--demo", "with_demo", is_flag=True, help="Also fill in a lively example dialogue.")
def prepare(no_accounts: bool, with_demo: bool) -> None:
    """Bring database, strategy and accounts to the state that ./start serves. Changes nothing the second time."""
    flask_migrate.upgrade()
    for line in load():
        click.echo(line)
    for line in freeze():
        click.echo(line)
    click.echo(trace_now())
    if not no_accounts:
        make_accounts()
    if with_demo:
        play()
    click.echo(prepare_log())
    queue_what_is_missing()
    show_accounts()


@dev.command()
def accounts() -> None:
    """Create the demo accounts once and show how to log in."""
    make_accounts()
    show_accounts()


@dev.command("demo")
def demo_command() -> None:
    """Fill in a lively example dialogue once; every contribution is marked as an example."""
    play()


@dev.command("fill")
@click.option("--threads", type=click.IntRange(0, 100_000), default=100, show_default=True)
@click.option("--comments", type=click.IntRange(1, 10_000), default=30, show_default=True, help="On average, a thread.")
@click.option("--long", default="", help="Lengths of further threads, e.g. 100,5000.")
@click.option("--seed", type=int, default=1, show_default=True)
def fill_command(threads: int, comments: int, long: str, seed: int) -> None:
    """Make a large data set for measuring; the same seed gives the same data."""
    try:
        lengths = tuple(int(part) for part in long.split(",") if part.strip())
    except ValueError as error:
        raise click.BadParameter("takes whole numbers separated by commas", param_hint="--long") from error
    with transaction():
        made = fill(threads=threads, comments=comments, long=lengths, seed=seed, at=now())
    for table, count in sorted(made.items()):
        click.echo(f"{count:>10,} {table}")


def make_accounts() -> None:
    """Create the demo accounts and the initiative, unless they exist, and note the passwords in the instance folder."""
    if db.session.scalar(select(User.id).where(User.email == ACCOUNTS[0][1])):
        return
    lines: list[str] = []
    people: dict[str, User] = {}
    with transaction():
        for name, email, role, residence, what in ACCOUNTS:
            password = "-".join(secrets.choice(SYLLABLES) + secrets.choice(SYLLABLES) for _ in range(4))
            people[email] = create_account(
                email=email, display_name=name, password=password, role=role, residence_id=residence
            )
            lines.append(f"{what:<44} {email:<20} {password}")
        group = apply_initiative(
            people["mira@example.org"],
            name="Radbrücke Neiße",
            seat="Guben",
            purpose="Eine Brücke für Räder und Füße zwischen Guben und Gubin. Wir sammeln, was beide Ufer brauchen.",
            contact="mira@example.org",
        )
        verify_initiative(people["wendt@example.org"], group, "Angaben geprüft.")
        for body in bodies():
            for email in SEATS.get(body.id, ()):
                seat_member(body.id, people[email])
        path = Path(current_app.config["INSTANCE"]) / FILE
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


SYLLABLES = (
    "ba", "be", "bo", "da", "de", "do", "fa", "fe", "ga", "go", "ha", "he", "ka", "ke", "ko", "la", "le", "lo", "lu",
    "ma", "me", "mi", "mo", "na", "ne", "no", "nu", "pa", "pe", "po", "ra", "re", "ri", "ro", "sa", "se", "so", "ta",
    "te", "to", "tu", "wa", "we", "wo", "za", "ze", "zo",
)  # fmt: skip
"""Eight of them make a password of 44 bits that can be read aloud."""


def play() -> None:
    """Fill in the example dialogue unless it is there, and say so."""
    with transaction():
        done = demo.play(now())
    click.echo(done or "Das Beispielgespräch ist schon da.")


def show_accounts() -> None:
    """Print how to log in, if demo accounts exist."""
    path = Path(current_app.config["INSTANCE"]) / FILE
    if path.exists():
        click.echo(f"\n  Log in with ({path}):\n")
        for line in path.read_text(encoding="utf-8").splitlines():
            click.echo(f"    {line}")

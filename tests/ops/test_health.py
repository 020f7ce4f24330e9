"""Health and figures, for machines: without a cookie, never kept, and telling strangers nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import flask_migrate
import pytest

from participation.app import create_app
from participation.base.db import db, transaction
from participation.notify.models import Letter
from participation.ops import state
from participation.ops.state import NoAnswer, Probe
from tests.factories.accounts import log_in, user

TOKEN = "a-token-of-good-length"


@pytest.fixture
def migrated(separate_app):
    with separate_app.app_context():
        flask_migrate.stamp()
    return separate_app


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nobody_keeps_an_answer_and_no_cookie_is_set(migrated, path):
    answer = migrated.test_client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_alive_asks_no_database_even_for_somebody_logged_in(app, statements):
    client = app.test_client()
    log_in(client, user())
    app.config["SECOND_FACTOR"] = "required"
    try:
        with statements() as counted:
            assert client.get("/healthz").json == {"status": "alive"}
    finally:
        app.config["SECOND_FACTOR"] = "optional"
    assert counted.number == 0


def test_ready(migrated):
    answer = migrated.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready", "failing": [], "degraded": []})


def test_tables_that_are_not_there_or_behind_are_not_ready_and_newer_ones_are(migrated):
    client = migrated.test_client()
    expected = {"missing": 503, "0001": 503, "9999": 200}
    for version, status in expected.items():
        with migrated.app_context(), db.engine.begin() as connection:
            if version == "missing":
                connection.exec_driver_sql("DROP TABLE alembic_version")
            else:
                connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))")
                connection.exec_driver_sql("DELETE FROM alembic_version")
                connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{version}')")
        answer = client.get("/readyz")
        assert answer.status_code == status, version
        assert answer.json["failing"] == ([] if status == 200 else ["migrations"])


@pytest.mark.one_database
def test_a_disk_that_takes_nothing_is_not_ready(migrated, monkeypatch):
    migrated.config["INSTANCE"] = Path("/proc/nowhere")
    answer = migrated.test_client().get("/readyz")
    assert (answer.status_code, answer.json["failing"]) == (503, ["disk"])


@pytest.mark.one_database
def test_a_database_that_hangs_costs_a_second_and_one_thread(migrated):
    release = threading.Event()
    asked = []
    migrated.extensions["probes"]["database"] = Probe(lambda: (asked.append(1), release.wait(20)))
    client = migrated.test_client()
    for _ in range(2):
        began = time.monotonic()
        assert client.get("/readyz").json["failing"] == ["database"]
        assert 0.9 < time.monotonic() - began < 2
    assert len(asked) == 1
    release.set()


def test_a_probe_answers_again_after_it_failed():
    seen = iter([ValueError("no"), "well"])

    def look() -> str:
        found = next(seen)
        if isinstance(found, Exception):
            raise found
        return found

    probe = Probe(look)
    with pytest.raises(ValueError, match="no"):
        probe.ask()
    assert probe.ask() == "well"
    with pytest.raises(NoAnswer):
        Probe(lambda: time.sleep(0.3)).ask(0.05)


def test_the_newest_migration_is_known():
    head, known = state.known_migrations(Path(__file__).parents[2] / "migrations")
    assert head in known
    assert len(known) > 20


@pytest.mark.one_database
def test_figures_are_for_this_machine_or_for_who_has_the_token(migrated):
    client = migrated.test_client()
    far, proxied = {"REMOTE_ADDR": "203.0.113.7"}, {"X-Forwarded-For": "127.0.0.1"}
    right, wrong = {"Authorization": f"Bearer {TOKEN}"}, {"Authorization": f"Bearer {TOKEN}x"}

    def status(headers=None, base=None) -> int:
        return client.get("/metrics", headers=headers, environ_base=base or {}).status_code

    assert (status(), status(base=far), status(proxied), status({"Authorization": "Bearer "}, far)) == (
        200,
        404,
        404,
        404,
    )
    migrated.config["METRICS_TOKEN"] = TOKEN
    assert (status(right, far), status(wrong, far), status(right, proxied | {}), status(base=far)) == (
        200,
        404,
        200,
        404,
    )
    assert status({**proxied, **right}) == 200


def test_behind_a_proxy_everybody_is_far_away(databases):
    settings = databases.settings(databases.copy("sqlite"))
    settings.PROXY_HOPS = 1
    client = create_app(settings).test_client()
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert client.get("/metrics").status_code == 200


def test_figures_tell_requests_statements_and_what_waits_but_no_person(migrated):
    client = migrated.test_client()
    with migrated.app_context(), transaction():
        person = user()
        db.session.add(Letter(recipient="anna@example.org", template="accounts/confirm", params={"name": "Anna"}))
        db.session.add(Letter(recipient="jan@example.org", template="accounts/confirm", params={}, attempts=99))
    client.get("/leitbild")
    client.get("/gibt-es-nicht/geheim")
    client.open("/leitbild", method="ERFUNDEN")
    text = client.get("/metrics").text
    for line in (
        'participation_requests_total{endpoint="none",method="GET",status="4xx"}',
        'participation_requests_total{endpoint="leitbild.current",method="GET",status="2xx"}',
        'participation_request_seconds_bucket{endpoint="leitbild.current",le="0.1"}',
        'participation_statements_total{endpoint="leitbild.current"}',
        'participation_backlog{queue="letters"} 1.0',
        'participation_given_up{queue="letters"} 1.0',
        'participation_backlog{queue="exports"} 0.0',
        "participation_database_up 1.0",
    ):
        assert line in text
    for secret in ("anna", "Anna", "geheim", "ERFUNDEN", person.email):
        assert secret not in text


PROCESS = """
from participation.web import metrics
metrics.begin()
metrics.count("leitbild.current", "GET", 200, 0.01)
print(metrics.page([]).decode())
"""


def test_processes_of_one_server_count_together(tmp_path):
    for number in (1, 2, 3):
        environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
        told = subprocess.run(
            [sys.executable, "-c", PROCESS], env=environment, capture_output=True, text=True, check=True
        ).stdout
        assert (
            f'participation_requests_total{{endpoint="leitbild.current",method="GET",status="2xx"}} {number}.0' in told
        )

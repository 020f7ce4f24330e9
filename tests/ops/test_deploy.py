"""What lies in deploy/ fits the application: every name that it gives exists here."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.nginx import configured, nginx

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
OF_OTHERS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "POSTGRES_USER", "POSTGRES_DB"}
OF_OTHERS |= {"POSTGRES_PASSWORD"}
"""Read by Python and by PostgreSQL's image."""


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_every_variable_is_one_that_the_settings_read(compose):
    named = set()
    for service in compose["services"].values():
        named |= set(service.get("environment", {}))
    named |= set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    docker = (DEPLOY / "Dockerfile").read_text()
    named |= set(re.findall(r"\b([A-Z_]{4,})=", docker))
    for unit in (DEPLOY / "systemd").iterdir():
        for line in re.findall(r"^Environment=(.*)$", unit.read_text(), re.MULTILINE):
            named |= set(re.findall(r"([A-Z_]+)=", line))
    settings = (ROOT / "config.py").read_text()
    unknown = {name for name in named - OF_OTHERS if f'"{name}"' not in settings}
    assert not unknown
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PROXY_HOPS", "METRICS_TOKEN", "PORT"} <= named


def test_two_application_servers_stand_behind_nginx(compose):
    services = compose["services"]
    upstreams = re.findall(r"^\s+server (\w+):(\d+)", (DEPLOY / "nginx.conf").read_text(), re.MULTILINE)
    assert [name for name, _port in upstreams] == ["app1", "app2"]
    assert {port for _name, port in upstreams} == set(re.findall(r"PORT=(\d+)", (DEPLOY / "Dockerfile").read_text()))
    assert {"app1", "app2", "worker", "postgres", "redis", "nginx", "migrate"} == set(services)
    assert services["nginx"]["ports"] == ["8080:8080"]
    assert not any("ports" in service for name, service in services.items() if name != "nginx")
    assert services["app1"]["environment"]["PROXY_HOPS"] == "1"


@pytest.mark.one_database
def test_the_worker_and_the_units_call_commands_that_exist(app, compose):
    """Once a service called `jobs work` before there was one."""
    services = compose["services"].values()
    calls = [str(service["command"]) for service in services if "flask" in str(service.get("command", ""))]
    calls += [
        " ".join(service["healthcheck"]["test"]) for service in services if "test" in service.get("healthcheck", {})
    ]
    for unit in (DEPLOY / "systemd").glob("*.service"):
        calls += re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
    found = [call for text in calls for call in re.findall(r"--app participation ([a-z]+) ([a-z]+)", text)]
    assert {("jobs", "work"), ("jobs", "list"), ("db", "upgrade")} <= set(found)
    for group, name in found:
        assert name in app.cli.commands[group].commands
    assert compose["services"]["app1"]["environment"]["JOBS"] == "worker"
    assert compose["services"]["worker"]["environment"]["JOBS"] == "worker"


@pytest.mark.one_database
def test_probes_ask_addresses_that_exist(app):
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    asked = re.findall(r"127\.0\.0\.1:8000(/\w+)", (DEPLOY / "Dockerfile").read_text())
    assert asked
    assert set(asked) <= rules


def test_the_image_runs_as_nobody_in_particular_and_copies_what_there_is():
    docker = (DEPLOY / "Dockerfile").read_text()
    assert docker.rindex("\nUSER dialog") < docker.rindex("\nCMD")
    assert "--require-hashes" in docker
    last = docker[docker.rindex("\nFROM") :]
    copied = [line.split()[1] for line in last.splitlines() if line.startswith("COPY ") and "--from" not in line]
    assert copied
    assert all((ROOT / path).exists() for path in copied)


def test_stopping_waits_longer_than_the_server_does(compose):
    grace = int(re.search(r"^GRACE = (\d+)", (DEPLOY / "server.py").read_text(), re.MULTILINE)[1])
    assert int(compose["services"]["app1"]["stop_grace_period"].removesuffix("s")) > grace
    unit = (DEPLOY / "systemd" / "lausitz-dialog@.service").read_text()
    assert int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) > grace


def test_nginx_takes_its_configuration(tmp_path):
    said = subprocess.run(
        [nginx(), "-t", "-c", configured(tmp_path, 18080, [18001, 18002])], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr


def test_systemd_takes_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text()
        # Where the platform will lie is not here.
        text = re.sub(r"^ExecStart=/srv\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE).replace(
            "User=dialog", "User=root"
        )
        (tmp_path / unit.name.replace("@", "@8001")).write_text(text)
    units = [str(path) for path in tmp_path.iterdir()]
    said = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    ours = [line for line in said.stderr.splitlines() if "lausitz-dialog" in line]
    assert not ours, said.stderr

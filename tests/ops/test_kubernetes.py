"""The manifests in deploy/kubernetes/ are sound, fit each other and give only what the application knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from participation.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
NAME = "app.kubernetes.io/name"
OF_POSTGRES = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "PGDATA"}
PODS = ("Deployment", "StatefulSet", "Job")


@pytest.fixture(scope="module")
def kustomization() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "kustomization.yaml").read_text())


@pytest.fixture(scope="module")
def manifests(kustomization) -> list[dict[str, Any]]:
    return [one for name in kustomization["resources"] for one in yaml.safe_load_all((FOLDER / name).read_text())]


@pytest.fixture(scope="module")
def pods(manifests) -> dict[str, dict[str, Any]]:
    """The template of each workload's pods, by the workload's name."""
    return {one["metadata"]["name"]: one["spec"]["template"] for one in manifests if one["kind"] in PODS}


def containers(pods) -> list[dict[str, Any]]:
    return [container for pod in pods.values() for container in pod["spec"]["containers"]]


def test_every_file_is_applied(kustomization):
    there = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(kustomization["resources"]) == there


def test_each_is_what_kubernetes_takes(manifests):
    assert {"Service", "Deployment", "StatefulSet", "Job", "Ingress", "NetworkPolicy", "PodDisruptionBudget"} <= {
        one["kind"] for one in manifests
    }
    for one in manifests:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)


def test_the_check_knows_what_kubernetes_does_not_take(manifests):
    wrong = dict(next(one for one in manifests if one["kind"] == "Deployment"))
    wrong["spec"] = wrong["spec"] | {"replica": 2}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_every_variable_is_one_that_the_settings_read(pods):
    named = set(re.findall(r"^([A-Z_]+)=", (FOLDER / "settings.env").read_text(), re.MULTILINE))
    named |= set(re.findall(r"--from-literal=([A-Z_]+)", (FOLDER / "kustomization.yaml").read_text()))
    named |= {entry["name"] for container in containers(pods) for entry in container.get("env", ())}
    settings = (ROOT / "config.py").read_text()
    assert not {name for name in named - OF_POSTGRES if f'"{name}"' not in settings}
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PROXY_HOPS", "METRICS_TOKEN", "PUBLIC_URL"} <= named


def test_nobody_is_root_and_nothing_is_written_but_where_it_must(pods):
    for name, pod in pods.items():
        security = pod["spec"]["securityContext"]
        assert security["runAsNonRoot"], name
        assert security["runAsUser"] > 0, name
        assert pod["spec"]["automountServiceAccountToken"] is False, name
    for container in containers(pods):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]


def test_our_containers_run_as_the_image_does(pods):
    docker = (ROOT / "deploy" / "Dockerfile").read_text()
    uid = int(re.search(r"--uid (\d+)", docker)[1])
    folder = re.search(r"INSTANCE=(\S+)", docker)[1]
    ours = {name: pod for name, pod in pods.items() if pod["spec"]["containers"][0]["image"] == "lausitz-dialog"}
    assert set(ours) == {"app", "worker", "migrate"}
    for pod in ours.values():
        assert pod["spec"]["securityContext"]["runAsUser"] == uid
        mounts = {mount["mountPath"] for mount in pod["spec"]["containers"][0]["volumeMounts"]}
        assert mounts == {folder, "/tmp"}


@pytest.mark.one_database
def test_probes_ask_addresses_that_exist(pods, app):
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    server = next(one for one in containers(pods) if one["name"] == "app")
    asked = {server[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    assert asked == {"/healthz", "/readyz"}
    assert asked <= rules
    # A database that is gone is no reason to start the process anew.
    assert server["livenessProbe"]["httpGet"]["path"] == "/healthz"
    port = int(re.search(r"PORT=(\d+)", (ROOT / "deploy" / "Dockerfile").read_text())[1])
    assert server["ports"] == [{"name": "http", "containerPort": port}]


def test_the_commands_exist(pods):
    known = {(group.name, name) for group in COMMANDS for name in getattr(group, "commands", {})} | {("db", "upgrade")}
    lines = [" ".join(container.get("command", ())) for container in containers(pods)]
    called = {tuple(words) for line in lines for words in re.findall(r"--app participation (\w+) (\w+)", line)}
    assert {("db", "upgrade"), ("jobs", "work")} <= called <= known


def test_selectors_and_volumes_lead_somewhere(manifests, pods):
    labels = {pod["metadata"]["labels"][NAME] for pod in pods.values()}
    chosen = {one["spec"]["selector"][NAME] for one in manifests if one["kind"] == "Service"}
    assert chosen == {"app", "postgres", "redis"}
    for one in manifests:
        text = yaml.safe_dump(one)
        assert set(re.findall(rf"{NAME}: (\w+)", text)) <= labels
    claims = {one["metadata"]["name"] for one in manifests if one["kind"] == "PersistentVolumeClaim"}
    for name, pod in pods.items():
        volumes = {volume["name"] for volume in pod["spec"].get("volumes", ())}
        used = {
            volume["persistentVolumeClaim"]["claimName"]
            for volume in pod["spec"].get("volumes", ())
            if "persistentVolumeClaim" in volume
        }
        assert used <= claims, name
        mounted = {mount["name"] for one in pod["spec"]["containers"] for mount in one.get("volumeMounts", ())}
        assert mounted <= volumes | {"database"}, name


def test_a_server_ends_only_after_it_answered(pods):
    grace = int(re.search(r"^GRACE = (\d+)", (ROOT / "deploy" / "server.py").read_text(), re.MULTILINE)[1])
    pod = pods["app"]["spec"]
    pause = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > grace + pause


def test_everybody_is_kept_out_but_who_is_named(manifests):
    policies = {one["metadata"]["name"]: one["spec"] for one in manifests if one["kind"] == "NetworkPolicy"}
    assert policies["nothing-else"]["podSelector"] == {}
    assert set(policies["nothing-else"]["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in policies["nothing-else"]
    (front,) = policies["app"]["ingress"]
    assert front["from"], "whoever reaches a server is believed about addresses"
    sources = policies["from-us"]["ingress"][0]["from"][0]["podSelector"]["matchExpressions"][0]["values"]
    assert set(sources) == {"app", "worker", "migrate"}

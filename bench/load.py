"""Driving one address with wrk, and what that cost."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.site import Member, Server, database_cpu

SCRIPT = """
local n = 0
local worker = 0
function setup(thread) worker = worker + 1; thread:set("id", worker) end
function init(args)
  math.randomseed(os.time() * 1000 + id)
  tag = string.format("%x%x", os.time(), math.random(1e9))
end
function request()
  n = n + 1
  local body = BODY:gsub("KEY", tag .. "x" .. id .. "x" .. n):gsub("STANCE", STANCES[n % 3 + 1])
  return wrk.format(METHOD, PATH, HEADERS, body)
end
function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(95), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Figures:
    """One run: requests a second, milliseconds, and milliseconds of CPU for each request."""

    per_second: float
    p50: float
    p95: float
    p99: float
    cpu: float
    database_cpu: float
    failed: int


def wrk() -> str:
    """Return the path of wrk.

    Raises:
        SystemExit: if it is not installed.
    """
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("The load comes from wrk: apt-get install wrk")
    return found


def drive(
    server: Server,
    path: str,
    *,
    connections: int,
    seconds: int,
    member: Member | None = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Figures:
    """Ask for a path, or send a form to it, as often as the server answers, from so many connections.

    In a form KEY becomes another word and STANCE another stance with each request.
    """
    told = {**({"Cookie": member.cookie} if member else {}), **(headers or {})}
    body = ""
    if form is not None and member is not None:
        told |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.address}
        body = "&".join(f"{name}={value}" for name, value in {**form, "csrf_token": member.token}.items())
    fields = ", ".join(f'["{name}"]={_lua(value)}' for name, value in told.items())
    head = (
        f'METHOD = "{"POST" if form is not None else "GET"}"\nPATH = {_lua(path)}\nHEADERS = {{{fields}}}\n'
        f'BODY = {_lua(body)}\nSTANCES = {{"zustimmung", "ablehnung", "enthaltung"}}\n'
    )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text(head + SCRIPT)
        threads = min(2, connections)
        command = [wrk(), "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "-s", str(script)]
        before, database = server.cpu(), database_cpu()
        done = subprocess.run([*command, server.address], capture_output=True, text=True, check=True)
        spent, database = server.cpu() - before, database_cpu() - database
    numbers = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    if numbers is None:
        raise RuntimeError(done.stdout + done.stderr)
    count, micros, p50, p95, p99, refused, broken = map(int, numbers.groups())
    each = 1000 / max(count, 1)
    return Figures(
        per_second=count / micros * 1e6,
        p50=p50 / 1000,
        p95=p95 / 1000,
        p99=p99 / 1000,
        cpu=spent * each,
        database_cpu=database * each,
        failed=refused + broken,
    )


def _lua(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

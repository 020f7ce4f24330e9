"""What no application on this machine can beat: an empty Flask answer, a bare template, the SQL alone."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from jinja2 import DictLoader, Environment

TEMPLATE = """<!doctype html><html lang=de><title>{{ title }}</title><body>{% for c in comments %}
<article id="k-{{ c.id }}"><header><a href="/personen/{{ c.author_id }}">{{ c.author }}</a> <time>{{ c.at }}</time>
</header><div>{{ c.html|safe }}</div><footer>{{ c.helpful }} · {{ c.unhelpful }}
<a href="?antwort={{ c.id }}">Antworten</a></footer></article>{% endfor %}</body></html>"""
PAGE = "SELECT c.id, c.author_id, c.html, c.created_at, c.score, u.display_name FROM comments c JOIN users u \
ON u.id = c.author_id WHERE c.thread_id = ? AND c.root_id IS NULL ORDER BY c.id DESC LIMIT 100"


def cpu_of(work: Callable[[], object], times: int = 200) -> float:
    """Return the milliseconds of CPU that a piece of work takes, the median of so many."""
    taken = []
    for _ in range(times):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return sorted(taken)[times // 2] * 1000


def bare_flask() -> float:
    """Return the milliseconds of CPU of an answer "ok" through the test client."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "ok")
    client = app.test_client()
    return cpu_of(lambda: client.get("/"))


def bare_jinja() -> float:
    """Return the milliseconds of CPU of a page with a hundred comments from memory, drawn by Jinja with escaping."""
    text = "<p>" + "Ein Gedanke zum Strukturwandel in der Lausitz. " * 12 + "</p>"
    comments = [
        {"id": n, "author_id": n % 7, "author": f"Person {n % 7}", "at": "2026-11-23", "html": text, "helpful": n % 5}
        for n in range(100)
    ]
    template = Environment(loader=DictLoader({"page": TEMPLATE}), autoescape=True).get_template("page")
    return cpu_of(lambda: template.render(title="Hundert Beiträge", comments=comments))


def bare_sql(folder: Path, thread_id: int) -> float:
    """Return the milliseconds of CPU of a hundred comments with their authors, through sqlite3 alone."""
    connection = sqlite3.connect(folder / "participation.db")
    try:
        return cpu_of(lambda: connection.execute(PAGE, (thread_id,)).fetchall())
    finally:
        connection.close()

"""Attacks in every text that somebody can write, looked at in a real browser: nothing runs, nothing even stands ready.

Once with the content policy, and once with the policy switched off: escaping and sanitising alone must hold.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import select, update
from werkzeug.serving import WSGIRequestHandler, make_server

from participation.accounts.models import User
from participation.attachments.operations import describe
from participation.base.db import db, transaction
from participation.dialogue.models import Comment
from participation.notify.models import Letter
from participation.notify.transport import compose
from participation.privacy import gathering
from participation.proposals import together
from participation.proposals.versions import fingerprint
from participation.web.postman import render
from participation.web.privacy import keeper
from participation.web.security import POLICY
from tests.factories import attachments, dialogue, proposals
from tests.factories.accounts import initiative, log_in
from tests.factories.letters import last_letter
from tests.surface import hostile
from tests.surface.pages import Walk, walk
from tests.surface.payloads import FIRES_BY_ITSELF, PAYLOADS, SHORT

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.long]

ROLES = ("visitor", "resident", "moderator", "member", "operator")
EACH = 2
"""How many pages of one kind are looked at; each holds dozens of attacks."""
STARTS = {
    "": [
        "/",
        "/strategie",
        f"/strategie/{hostile.NODE}",
        "/vorschlaege",
        "/leitbild",
        "/leitbild/lesung",
        "/transparenz",
        "/wirkung",
    ],
    "visitor": ["/konto/anmelden", "/konto/registrieren"],
    "resident": ["/konto/profil", "/konto/daten", "/konto/loeschen", "/nachrichten", "/vorschlaege/entwuerfe"],
    "moderator": ["/moderation", "/moderation/entwurf", "/moderation/tilgungen", "/moderation/tilgungen/neu?fassung=3"],
    "member": ["/gremium", "/gremium/fassung/3"],
    "operator": ["/betrieb/rollen", "/betrieb/sicherheitslog", "/betrieb/loeschfristen"],
}
MUST_SEE = {
    *("strategy.start", "strategy.index", "strategy.node", "dialogue.comment", "dialogue.history", "dialogue.edit"),
    *("proposals.index", "proposals.proposal", "proposals.threeway", "proposals.versions", "proposals.version"),
    *("proposals.drafts", "proposals.draft", "proposals.new", "places.index", "places.place", "measures.history"),
    *("measures.register", "measures.report", "outcomes.index", "outcomes.outcome", "leitbild.current", "leitbild.log"),
    *("leitbild.entry", "leitbild.change", "leitbild.compare", "leitbild.reading", "leitbild.satz", "leitbild.annex"),
    *("leitbild.revision", "documents.printable", "errata.correction", "resolutions.compare", "insight.effect"),
    *("accounts.person", "accounts.initiative", "accounts.mine", "accounts.profile", "notify.index"),
    *("moderation.queue", "moderation.case", "moderation.statement", "moderation.log", "moderation.appeal"),
    *("moderation.contribution", "leitbild.edit_change", "leitbild.draft", "merging.merge", "outcomes.edit"),
    *("outcomes.answers", "accounts.verify_initiative", "measures.decide", "resolutions.desk", "accounts.roles"),
}
"""Views that show what people write; if the walk no longer reaches one of them, this test has gone blind."""
WITH_POLICY = ("visitor", "moderator")
"""Who looks with the policy in force, too; without it everyone does, which shows more."""
SEEN_DIFFERENTLY = ("strategy.node", "proposals.proposal", "outcomes.outcome", "errata.correction")

WATCH = """
for (const name of ['alert', 'confirm', 'prompt', 'print']) {
  window[name] = (...words) => { noteForTest('ran ' + name + ' ' + words.join(' ')); };
}
document.addEventListener('securitypolicyviolation', event => {
  noteForTest('policy ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample);
});
"""
READY = r"""
() => {
  const wrong = [];
  const LEADING = /^(href|src|action|formaction|xlink:href|data|background|poster|(data-)?hx-(get|post|put|delete))$/i;
  const safe = /^(https?:|mailto:)/;
  const say = (element, why) => wrong.push(why + ': ' + element.outerHTML.slice(0, 160));
  for (const element of document.querySelectorAll('*')) {
    for (const {name, value} of element.attributes) {
      if (/^(on|hx-on|data-hx-on)/i.test(name) || ['srcdoc', 'style'].includes(name)) say(element, name);
      if (LEADING.test(name)) {
        let address;
        try { address = new URL(value.trim(), document.baseURI); } catch { say(element, 'address'); continue; }
        const own = [location.host, 'localhost'].includes(address.host);
        const drawn = element.matches('img, link') && address.protocol === 'data:';
        if (!safe.test(address.protocol) && !drawn) say(element, 'address');
        if (!own && !element.matches('a') && !drawn) say(element, 'stranger');
        const letter = address.protocol === 'mailto:';
        if (!own && element.matches('a') && !letter && !/noopener/.test(element.rel)) say(element, 'opener');
      }
    }
    const name = element.localName;
    if (['iframe', 'frame', 'frameset', 'object', 'embed', 'applet', 'base', 'math', 'foreignobject', 'audio', 'video',
      'marquee', 'template', 'style', 'xss', 'custom-tag'].includes(name)) say(element, 'element');
    if (name === 'script' && (!element.src || element.textContent.trim())) say(element, 'script');
    if (name === 'meta' && element.httpEquiv) say(element, 'meta');
  }
  return wrong;
}
"""


class Eyes:
    """A page that notes whatever runs, and every request that leaves."""

    def __init__(self, browser: Browser, url: str, *, bypass_csp: bool) -> None:
        self.context = browser.new_context(base_url=url, bypass_csp=bypass_csp, viewport={"width": 1280, "height": 900})
        self.notes: list[str] = []
        self.context.expose_binding("noteForTest", lambda _source, what: self.notes.append(what))
        self.context.add_init_script(WATCH)
        self.context.on("request", lambda request: self._left(request.url, url))
        self.page: Page = self.context.new_page()

    def _left(self, address: str, url: str) -> None:
        if not address.startswith((url, "data:", "about:")):
            self.notes.append(f"left for {address}")

    def look(self, address: str) -> list[str]:
        """Open an address; return what happened there and what stands ready to happen."""
        self.notes.clear()
        self.page.goto(address, wait_until="load")
        ready = self.page.evaluate(READY)
        return [f"{address}: {what}" for what in (*self.notes, *ready)]


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application from this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture
def cast(separate_app: Flask, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], dict[str, User]]:
    with separate_app.app_context():
        with transaction():
            found = hostile.play(monkeypatch)
        db.session.remove()
    return found


def walks(app: Flask, addresses: list[str], people: dict[str, User]) -> dict[str, tuple[str, Walk]]:
    """Return for each role its session cookie and what it reaches."""
    found = {}
    for role in ROLES:
        client = app.test_client()
        if role in people:
            log_in(client, people[role])
        reached = walk(app, client, STARTS[""] + STARTS[role] + addresses, each=EACH)
        cookie = client.get_cookie("session")
        found[role] = (cookie.value if cookie else "", reached)
    return found


def refused(app: Flask, cookie: str, reached: Walk) -> list[bytes]:
    """Send attacks through every field of every form so that it is refused; return the pages that come back."""
    client = app.test_client()
    if cookie:
        client.set_cookie("session", cookie)
    pages = []
    for (endpoint, _names), form in reached.forms.items():
        if endpoint in ("accounts.logout", "accounts.log_out_everywhere", "privacy.leave"):
            continue
        attack = SHORT[len(pages) % len(SHORT)]
        data = [(name, attack if name in form.typed else value) for name, value in form.fields]
        answer = client.post(form.action, data=dict(data))
        if answer.status_code >= 400 and answer.mimetype == "text/html":
            pages.append(answer.data)
    return pages


def test_attacks_in_every_text_run_nowhere(
    separate_app: Flask, browser: Browser, cast: tuple[list[str], dict[str, User]]
):
    reached = walks(separate_app, *cast)
    seen = {endpoint for _cookie, one in reached.values() for endpoint in one.pages}
    assert seen >= MUST_SEE, sorted(MUST_SEE - seen)
    wrong: list[str] = []
    with served(separate_app) as url:
        for bypass in (False, True):
            looked: set[str] = set()
            for role, (cookie, one) in reached.items():
                if not bypass and role not in WITH_POLICY:
                    continue
                eyes = Eyes(browser, url, bypass_csp=bypass)
                if cookie:
                    eyes.context.add_cookies([{"name": "session", "value": cookie, "url": url}])
                for endpoint, addresses in one.pages.items():
                    # What somebody looked at is not looked at again for each role, except where roles see more.
                    if endpoint in looked and endpoint not in SEEN_DIFFERENTLY:
                        continue
                    for address in addresses if bypass and endpoint not in looked else addresses[:1]:
                        wrong += eyes.look(address)
                looked |= set(one.pages)
                if bypass and role != "operator":
                    for number, body in enumerate(refused(separate_app, cookie, one)):
                        show(eyes.page, f"{url}/refused/{role}/{number}", body)
                        wrong += eyes.look(f"{url}/refused/{role}/{number}")
                eyes.context.close()
        eyes = Eyes(browser, url, bypass_csp=True)
        for attack in ("<script>alert(1)</script>", '"><svg onload=alert(1)>', "javascript:alert(1)"):
            for path in (
                "/orte?q=",
                "/vorschlaege?art=",
                "/massnahmen?ort=",
                "/konto/anmelden?next=",
                f"/strategie/{hostile.NODE}?bezug=",
            ):
                wrong += eyes.look(path + attack.replace("#", "%23"))
            wrong += eyes.look("/" + attack.replace("/", "%2F"))
        eyes.context.close()
    assert wrong == [], "\n".join(wrong)


def test_exports_full_of_attacks_run_nowhere(
    separate_app: Flask, browser: Browser, cast: tuple[list[str], dict[str, User]]
):
    """The readable half of an export is opened from a disk, where no policy of ours holds."""
    with separate_app.app_context():
        people = {role: db.session.get_one(User, person.id) for role, person in cast[1].items()}
        with transaction():
            fill_up(people["resident"], people["moderator"])
        accounts = {role: gathering.gather(person, PAYLOADS[0]) for role, person in people.items()}
        texts = " ".join(one for account in accounts.values() for one in words_of(account["sections"]))
        missing = [name for name in NEWER if not accounts["resident"]["sections"][name]]
        pages = {role: keeper._page(account).encode() for role, account in accounts.items()}
    assert missing == []
    assert sum(payload in texts for payload in PAYLOADS) > len(PAYLOADS) / 2
    eyes, wrong = Eyes(browser, "http://localhost", bypass_csp=True), []
    for role, page in pages.items():
        show(eyes.page, f"http://localhost/auskunft/{role}", page)
        wrong += [what for what in eyes.look(f"http://localhost/auskunft/{role}") if ": element: <style>" not in what]
        assert eyes.page.evaluate("document.querySelectorAll('style').length") == 1
        assert eyes.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    eyes.context.close()
    assert wrong == [], "\n".join(wrong)


NEWER = ("attachments", "joint_proposals", "mandates", "waiting_contributions")


def fill_up(person: User, other: User) -> None:
    """Add what the hostile dialogue has none of: files, a joint draft, a mandate, something that waits."""
    dialogue.waiting(person, body="\n\n".join(PAYLOADS[:8]))
    file = attachments.attachment(person, described=False)
    describe(file, title=SHORT[0][:200], summary="\n".join(PAYLOADS)[:5000])
    file.name = "&lt;b&gt;.pdf"
    joint = proposals.draft(other, title=SHORT[1][:120], reason=PAYLOADS[1])
    together.invite_person(other, joint, "x@example.net")
    together.join_by_link(person, last_letter().params["token"], read=fingerprint(joint))
    initiative(person, name=f"Verein {SHORT[2][:50]}")


def words_of(value: object) -> Iterator[str]:
    """Yield every text in an export."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from words_of(one)


def test_letters_full_of_attacks_stay_plain_text(separate_app: Flask, cast: tuple[list[str], dict[str, User]]):
    """No mail has a part that a program would draw, and no name reaches a header but the subject."""
    with separate_app.app_context():
        letters = [render(letter) for letter in db.session.scalars(select(Letter))]
    assert len(letters) > 10
    assert sum(any(payload in letter.text for payload in PAYLOADS) for letter in letters) > 3
    known = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "MIME-Version"}
    known |= {"Content-Transfer-Encoding", "Content-Language"}
    for letter in letters:
        read = message_from_bytes(compose(letter, "Dialog <dialog@example.org>").as_bytes(), policy=policy.default)
        assert (read.is_multipart(), read.get_content_type()) == (False, "text/plain")
        assert set(read.keys()) == known
        assert [address.addr_spec for address in read["To"].addresses] == [letter.recipient]
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]", letter.subject + letter.text.replace("\n", ""))


def show(page: Page, address: str, body: bytes, headers: dict[str, str] | None = None) -> None:
    """Have the browser find a page at an address that the server does not know."""

    def answer(route: Route) -> None:
        route.fulfill(status=422, body=body, headers={"Content-Type": "text/html; charset=utf-8", **(headers or {})})

    page.route(address, answer)


def test_the_hook_sees_attacks_that_do_run(separate_app: Flask, browser: Browser):
    """The control: unescaped, all of these run; under our policy none does, and each is reported."""
    with served(separate_app) as url:
        eyes, held = Eyes(browser, url, bypass_csp=False), []
        for number, payload in enumerate(FIRES_BY_ITSELF):
            body = f"<!doctype html><title>x</title><body>{payload}".encode()
            show(eyes.page, f"{url}/naked/{number}", body)
            show(eyes.page, f"{url}/under-policy/{number}", body, {"Content-Security-Policy": POLICY})
        still = []
        for number, payload in enumerate(FIRES_BY_ITSELF):
            eyes.notes.clear()
            eyes.page.goto(f"{url}/naked/{number}", wait_until="load")
            ran(eyes, lambda: any(note.startswith("ran") for note in eyes.notes))
            if not any(note.startswith("ran") for note in eyes.notes):
                still.append(payload)
            eyes.notes.clear()
            eyes.page.goto(f"{url}/under-policy/{number}", wait_until="load")
            held += [note for note in eyes.notes if note.startswith("ran")]
        eyes.context.close()
    assert still == [], "\n".join(still)
    assert held == []


def ran(eyes: Eyes, done: Callable[[], bool]) -> None:
    """Give late events, such as animations, a moment."""
    for _ in range(10):
        if done():
            return
        eyes.page.wait_for_timeout(30)


def test_a_hole_in_the_sanitiser_would_be_noticed(
    separate_app: Flask, browser: Browser, cast: tuple[list[str], dict[str, User]]
):
    """The control in our own page: one stored text unsanitised must be found, and the policy must hold."""
    with separate_app.app_context(), transaction():
        raw = "".join(FIRES_BY_ITSELF[12:14])
        first = db.session.query(Comment.id).filter(Comment.body.contains(PAYLOADS[0])).order_by(Comment.id).first()
        db.session.execute(update(Comment).where(Comment.id == first[0]).values(html=raw))
    with served(separate_app) as url:
        open_eyes = Eyes(browser, url, bypass_csp=True)
        assert any(": ran alert" in what for what in open_eyes.look(f"/beitrag/{first[0]}"))
        covered = Eyes(browser, url, bypass_csp=False)
        seen = covered.look(f"/beitrag/{first[0]}")
        assert any(": policy script-src" in what for what in seen)
        assert not any(": ran" in what for what in seen)

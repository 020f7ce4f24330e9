"""Comments as HTML: the one thing a page shows a hundred times, and therefore put together here and not by a template.

What seldom stands there comes from the macros of components/comment.html and receipt.html. Small on purpose: every byte
counts up to six hundred times a page, so buttons go without a type, and numbers, words and addresses without quotes.
What people wrote is escaped here, one by one; the text of a comment was sanitised when it came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, current_app
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from participation.dialogue.models import CommentKind, CommentState
from participation.dialogue.queries import CommentView
from participation.dialogue.waiting import WaitingView
from participation.web.dialogue.offer import Offer
from participation.web.dialogue.topic import ReceiptLine
from participation.web.wording import ago, day, number

SIGNS = {
    CommentKind.QUESTION: "?",
    CommentKind.FOR: "+",
    CommentKind.AGAINST: "−",
    CommentKind.ADDITION: "&amp;",
    CommentKind.EXPERIENCE: "„",
}


class Words(NamedTuple):
    """What stands beside every comment, in one language."""

    reply: str
    edit: str
    helpful: str
    unhelpful: str
    report: str
    edited: str
    example: str
    moderation: str
    about: str


def prepare(app: Flask) -> None:
    """Give templates `draw_comments`, `draw_comment` and `draw_acts`."""
    app.jinja_env.globals |= {"draw_comments": comments, "draw_comment": comment, "draw_acts": acts}


@lru_cache
def _words(_language: str) -> Words:
    return Words(
        *map(
            escape,
            (
                _("Antworten"),
                _("Bearbeiten"),
                _("Hilfreich"),
                _("Nicht hilfreich"),
                _("Melden"),
                _("bearbeitet"),
                _("Beispiel"),
                _("Moderation"),
                _("zu"),
            ),
        )
    )


def comments(
    shown: Iterable[CommentView],
    on: Offer,
    told: Mapping[int, ReceiptLine],
    waiting: Mapping[int | None, Sequence[WaitingView]],
) -> Markup:
    """Return the opening comments of a page, under each its first replies and what the viewer wrote and what waits."""
    return Markup("\n").join(
        comment(c, on, told.get(c.id), _answers(c, on, told, waiting.get(c.id, ()))) for c in shown
    )


def _answers(c: CommentView, on: Offer, told: Mapping[int, ReceiptLine], waiting: Sequence[WaitingView]) -> str:
    if not (c.reply_count or waiting):
        return ""
    parts: list[str] = [comment(reply, on, told.get(reply.id)) for reply in c.replies]
    if c.more_replies:
        rest = escape(ngettext("Alle Antworten: noch %(num)s", "Alle Antworten: noch %(num)s", c.more_replies))
        parts.append(f'<p class="ld-meta"><a href="{on.comment_url}{c.id}">{rest}</a></p>')
    if waiting:
        macros: Any = current_app.jinja_env.get_template("components/waiting.html").module
        parts += [macros.waiting(mine, on) for mine in waiting]
    return "".join(parts)


def comment(c: CommentView, on: Offer, told: ReceiptLine | None = None, answers: str = "") -> Markup:
    """Return one comment: `on` is what the page allows, `told` what became of it, `answers` the HTML of its answers."""
    own = c.author_id == on.me
    if c.state is not CommentState.VISIBLE:
        yours = f" {escape(_('Er war von Ihnen.'))}" if own else ""
        inner = f'<article class="ld-comment ld-gone" id=k-{c.id}><p>{_macros().gone(c)}{yours}</p>'
    else:
        words = _words(on.lang)
        opens = c.kind is not None and not c.root_id
        sign = f" data-sign={SIGNS[c.kind]}" if opens and c.kind else ""
        kind = f"<span>{escape(on.kinds[c.kind])}</span>" if opens and c.kind else ""
        # The end of a last paragraph may be left out, and what stands at the end of most is one.
        text = c.html.strip().removesuffix("</p>")
        lang = f' lang="{escape(c.lang)}"' if c.lang != on.lang else ""
        inner = (
            f"<article class=ld-comment id=k-{c.id}{sign}><header>{kind}{_who(c, on, words)}"
            f"<small>{_when(c, on, words)}</small></header>{_about(c, on, words)}<div{lang}>{text}</div>"
            f"{_macros().asks(c, on) if c.asked else ''}{_receipt(told) if told else ''}{acts(c, on)}"
        )
    replies = answers.strip()
    below = f'<div class="ld-replies">{replies}</div>' if replies else ""
    return Markup(f"{inner}{below}</article>")  # noqa: S704 - see the head of this file


def acts(c: CommentView, on: Offer, *, swap: bool = False) -> Markup:
    """Return the line below a comment; with `swap` it is the answer htmx puts in place after a rating."""
    words = _words(on.lang)
    own = c.author_id == on.me
    report = "" if own else f"<a href={on.report_url}{c.id}>{words.report}</a>"
    if not (on.write or swap):
        report = f"<a href={on.report_url}{c.id}>{words.report}</a>"
        return Markup(f"<footer>{_rated(c)} {report}</footer>")  # noqa: S704 - see the head of this file
    place = f' data-hx-swap-oob="outerHTML:#k-{c.id}>footer"' if swap else ""
    inner = ""
    if on.write:
        if on.reply:
            inner = f'<a href="{on.reply_url}?antwort={c.id}#schreiben">{words.reply}</a>'
        if own:
            inner += f'<a href="{on.comment_url}{c.id}/bearbeiten">{words.edit}</a>{_rated(c)}'
        else:
            inner += _button("ja", words.helpful, c.helpful, c.id, pressed=c.my_vote > 0)
            inner += _button("nein", words.unhelpful, c.unhelpful, c.id, pressed=c.my_vote < 0)
    return Markup(f"<footer{place}>{inner}{report}</footer>")  # noqa: S704 - see the head of this file


def _button(name: str, label: str, count: int, ident: int, *, pressed: bool) -> str:
    shown = f" · {number(count)}" if count else ""
    if pressed:
        return f'<button form=t name=ohne value={ident} aria-pressed="true">{label}{shown}</button>'
    return f"<button form=t name={name} value={ident}>{label}{shown}</button>"


def _rated(c: CommentView) -> str:
    if not (c.helpful or c.unhelpful):
        return ""
    told = escape(_("%(n)s hilfreich, %(m)s nicht", n=number(c.helpful), m=number(c.unhelpful)))
    return f"<small>{told}</small>"


def _who(c: CommentView, on: Offer, words: Words) -> str:
    if c.said:
        told = escape(_("vor Ort erfasst, %(place)s, %(day)s", place=c.said.place, day=day(c.said.held_on)))
        name = f'<a class="ld-badge" href="{on.minutes_url}{c.said.number}">{told}</a>'
    else:
        name = f"<a href={on.person_url}{c.author_id}>{escape(c.author)}</a>"
    if c.initiative:
        speaks = escape(_("für %(name)s", name=c.initiative))
        return f'{name}<a class="ld-badge" href="{on.initiative_url}{escape(c.initiative_slug)}">{speaks}</a>'
    if c.is_moderation:
        return f'{name}<span class="ld-badge ld-badge--mod">{words.moderation}</span>'
    return name


def _when(c: CommentView, on: Offer, words: Words) -> str:
    place = f"{escape(_('aus %(place)s', place=c.place))} · " if c.place else ""
    url, at = f"{on.comment_url}{c.id}", c.created_at
    edited = f' · <a href="{url}/verlauf">{words.edited}</a>' if c.edited_at else ""
    example = f' <span class="ld-example">{words.example}</span>' if c.is_example else ""
    return f"{place}<a href={url}><time datetime={at:%Y-%m-%d}>{escape(ago(at))}</time></a>{edited}{example}"


def _about(c: CommentView, on: Offer, words: Words) -> str:
    if c.answer_to:
        return f"<p>{escape(_('Antwort auf %(name)s', name=c.answer_to))}</p>"
    if c.mark:
        return str(_macros().meant(c, on))
    if c.anchor_text:
        return f'<p>{words.about} <span class="ld-serif">{escape(c.anchor_text)}</span></p>'
    return ""


def _receipt(told: ReceiptLine) -> str:
    macros: Any = current_app.jinja_env.get_template("components/receipt.html").module
    return str(macros.receipt(told.kind, told.text, told.url, told.link, told.title))


def _macros() -> Any:
    return current_app.jinja_env.get_template("components/comment.html").module

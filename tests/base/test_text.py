"""Text: nothing unsafe gets through, nothing that was said gets lost."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.base import text
from participation.base.verdict import DomainError

VOID = {"br"}

VECTORS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=`javascript:alert(1)`>",
    '<img src="x" onerror="alert(1)" alt="`><script>alert(1)</script>`">',
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text y="1">x</text></a></svg>',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html;base64,PHNjcmlwdD4='></object>",
    "<embed src='javascript:alert(1)'>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' \x01javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='java&#9;script&colon;alert(1)'>x</a>",
    "<a href='&#106;&#97;&#118;&#97;script:alert(1)'>x</a>",
    "<a href='java&#8238;script:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/\\evil.example'>x</a>",
    "<a href='https://a.example' onclick=alert(1) style='position:fixed' target=_top rel=opener>x</a>",
    "<p style='background:url(javascript:alert(1))' class=kern-btn id=top>x</p>",
    "<ol start='1 onload=alert(1)'><li>x</li></ol>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example'</style>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "[x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](JAVASCRIPT&colon;alert(1))",
    "[x](java&#x73;cript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example)",
    '[x](https://a.example"onmouseover=alert(1))',
    '[x](https://a.example "\\"><script>alert(1)</script>")',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x](https://a.example/x.png"onerror="alert(1))',
    'https://a.example/"onmouseover=alert(1)//',
    "www.a.example/'onmouseover='alert(1)",
    "```<script>alert(1)</script>\n</code></pre><script>alert(1)</script>\n```",
    "# <script>alert(1)</script>",
]


class Reader(HTMLParser):
    """Reads HTML as a browser would and remembers what must not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in text.TAGS:
            self.faults.append(f"tag {tag}")
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs))
        for name, value in attrs:
            if name not in {"a": {"href", "rel"}, "ol": {"start"}}.get(tag, set()):
                self.faults.append(f"attribute {name} of {tag}")
            if name == "href" and not leads_to_a_safe_place(value or ""):
                self.faults.append(f"address {value!r}")
            if name == "start" and not (value or "").isdigit():
                self.faults.append(f"start {value!r}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"end of {tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("instruction")


def leads_to_a_safe_place(address: str) -> bool:
    """Judge an address as a browser reads it: without leading control characters and inner line ends."""
    seen = "".join(address.lstrip("".join(map(chr, range(33)))).split("\n"))
    seen = seen.replace("\t", "").replace("\r", "").replace("\\", "/").lower()
    if seen.startswith(("http://", "https://", "mailto:", "#")):
        return True
    return seen.startswith("/") and not seen.startswith("//")


def read(html: str) -> Reader:
    """Return what a reader found."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    reader.faults += [f"never closed {tag}" for tag in reader.open]
    return reader


def faults(html: str) -> list[str]:
    """Return what must not be there."""
    found = read(html).faults
    for link in read(html).links:
        if link.get("rel") != "nofollow ugc noopener noreferrer":
            found.append(f"rel {link.get('rel')!r}")
    if "<script" in html.lower():
        found.append("script")
    return found


def words(html: str) -> str:
    """Return what a person reads."""
    return "".join(read(html).words)


PIECES = st.sampled_from(
    [
        *VECTORS,
        *["<", ">", '"', "'", "`", "*", "**", "_", "~~", "[", "](", ")", "](javascript:", "\n", "\n\n", "> ", "- "],
        *[
            "1. ",
            "    ",
            "# ",
            "&",
            "&#",
            "&lt;",
            "<p>",
            "</p>",
            "<a href=",
            "<li>",
            "</",
            "<!--",
            "-->",
            "<code>",
            "</ul>",
        ],
        *["https://a.example", "www.", " onload=", "x", "<b>", "<blockquote>", "<pre>", "\x00", "\u202e", "<del>", "é"],
    ]
)
ANYTHING = st.text(max_size=200) | st.lists(PIECES | st.text(max_size=5), max_size=15).map("".join)


def test_the_reader_of_these_tests_sees_what_it_should() -> None:
    bad = ["<script>x</script>", "<p onclick=a>x</p>", "<a href='javascript:x'>x</a>", "<p>", "<!-- -->", "</p>"]
    bad += ["<a href=' java\nscript:x'>x</a>", "<a href='/\\x'>x</a>", "<a href='/x'>x</a>", "<p class=x></p>"]
    assert [html for html in bad if not faults(html)] == []


@pytest.mark.parametrize("vector", VECTORS)
def test_an_attack_in_a_contribution_is_only_text(vector: str) -> None:
    assert faults(text.render(vector).html) == []
    assert faults(text.render(f"Vorher\n\n- {vector}").html) == []
    assert faults(text.render_wording(vector, inline=True).html) == []


@pytest.mark.parametrize("vector", VECTORS)
def test_an_attack_in_raw_html_is_disarmed(vector: str) -> None:
    assert faults(text.sanitise(vector)) == []
    assert faults(text.sanitise(f"<p>{vector}</p>")) == []


@pytest.mark.parametrize("vector", VECTORS)
def test_each_pass_alone_would_disarm_an_attack(vector: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without_bleach:
        without_bleach.setattr("participation.base.text.bleach.clean", lambda html, **_: html)
        assert faults(text.sanitise(vector)) == []
    with monkeypatch.context() as without_nh3:
        without_nh3.setattr(text, "_SECOND_PASS", Untouched())
        assert [fault for fault in faults(text.sanitise(vector)) if not fault.startswith("rel ")] == []


class Untouched:
    """A second pass that does nothing."""

    def clean(self, html: str) -> str:
        return html


@given(ANYTHING)
def test_whatever_is_written_comes_out_safe_and_stays_as_it_is(written: str) -> None:
    for html in (text.render(written).html, text.render_wording(written, inline=True).html):
        assert faults(html) == []
        assert text.sanitise(html) == html


@given(ANYTHING)
def test_whatever_html_comes_in_goes_out_safe(html: str) -> None:
    safe = text.sanitise(html)
    assert faults(safe) == []
    assert text.sanitise(safe) == safe
    assert not any(character in "\ud800\u202e\x00" for character in safe)


def test_sanitising_takes_tags_away_and_leaves_words() -> None:
    assert text.sanitise("<b>a</b> <em class=x>b</em><!-- c --> &amp; d&#8238;e") == "a <em>b</em> &amp; de"
    assert text.sanitise("<a href='x.html'>a</a>") == f'<a rel="{text.REL}">a</a>'


def test_a_rendered_text_names_its_sanitiser() -> None:
    rendered = text.render("Hallo")
    assert rendered == text.Rendered("<p>Hallo</p>\n", text.SANITISER_VERSION)
    with pytest.raises(AttributeError):
        rendered.html = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("eins\nzwei\n\ndrei", "<p>eins<br>\nzwei</p>\n<p>drei</p>\n"),
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. drei\n4. vier", '<ol start="3">\n<li>drei</li>\n<li>vier</li>\n</ol>\n'),
        ("> zitiert", "<blockquote>\n<p>zitiert</p>\n</blockquote>\n"),
        ("# Laut\nleise", "<p><strong>Laut</strong></p>\n<p>leise</p>\n"),
        ("Gruß\n---", "<p>Gruß<br>\n---</p>\n"),
        ("5 < 6 & <b>7</b>", "<p>5 &lt; 6 &amp; &lt;b&gt;7&lt;/b&gt;</p>\n"),
        ("&#8238;", "<p>&amp;#8238;</p>\n"),
        ("", ""),
    ],
)
def test_markdown_that_people_use(written: str, html: str) -> None:
    assert text.render(written).html == html


def test_headings_and_pictures_do_not_reach_the_page() -> None:
    html = text.render("# Eins\n\n###### Sechs\n\nZwei\n===\n\n![Bild](https://a.example/x.png)").html
    assert faults(html) == []
    assert "<h" not in html
    assert "<img" not in html
    assert 'href="https://a.example/x.png"' in html


@pytest.mark.parametrize(
    ("written", "addresses"),
    [
        ("[x](https://a.example/b?c=d&e=f)", ["https://a.example/b?c=d&e=f"]),
        ("<https://a.example>", ["https://a.example"]),
        ("<ich@a.example>", ["mailto:ich@a.example"]),
        ("Siehe https://a.example/x_y_(z). Und", ["https://a.example/x_y_(z)"]),
        ("(siehe www.a.example/b)", ["https://www.a.example/b"]),
        ("„https://a.example“", ["https://a.example"]),
        ("**https://a.example**", ["https://a.example"]),
        ("[x](www.a.example)", ["https://www.a.example"]),
        ("[https://a.example](https://b.example)", ["https://b.example"]),
        ("[x](/leitbild#a)", ["/leitbild#a"]),
        ("[x](irgendwo.html)", [None]),
        ("[x](//a.example)", [None]),
        ("`https://a.example`", []),
        ("awww.ja http:// https://", []),
        ("https://a.example\nhttps://b.example", ["https://a.example", "https://b.example"]),
    ],
)
def test_links(written: str, addresses: list[str | None]) -> None:
    html = text.render(written).html
    assert faults(html) == []
    assert [link.get("href") for link in read(html).links] == addresses
    assert words(html).strip() == text.plain(written)


def test_a_wording_can_do_without_a_paragraph() -> None:
    assert text.render_wording("Ausbau **EE**").html == "<p>Ausbau <strong>EE</strong></p>\n"
    assert text.render_wording("Ausbau **EE**", inline=True).html == "Ausbau <strong>EE</strong>"
    assert text.render_wording("- a\nb", inline=True).html == "- a<br>\nb"


@pytest.mark.parametrize(
    "call",
    [
        lambda written, limit: text.render(written, limit=limit),
        lambda written, limit: text.render_wording(written, limit=limit),
        lambda written, limit: text.render_wording(written, inline=True, limit=limit),
        lambda written, limit: text.plain(written, limit=limit),
        lambda written, limit: text.normalise(written, limit=limit),
    ],
)
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(call) -> None:  # type: ignore[no-untyped-def]
    assert call("x" * 10, 10)
    with pytest.raises(text.TextTooLong) as refused:
        call("x" * 11, 10)
    assert refused.value.limit == 10
    assert isinstance(refused.value, ValueError)
    assert isinstance(refused.value, DomainError)


@pytest.mark.parametrize(
    "piece",
    [
        *[
            "[",
            "![",
            "[](",
            "[a](",
            "*a ",
            "**a",
            "*a **a ",
            "`",
            "``a`",
            "> ",
            "- ",
            "> - ",
            "1. ",
            "# a\n",
            "<",
            "&",
            "\\",
        ],
        *["[a]: b\n", "https://a.example). ", "https://", ")", "~~a", "\u0315\u0300\u0316"],
        *["<a href=", "\t", " ", "\n", "_a*"],
    ],
)
def test_a_tiresome_text_is_rendered_too(piece: str) -> None:
    written = (piece * text.LIMIT)[: text.LIMIT]
    html = text.sanitise(text._MARKDOWN.render(text.normalise(written)))
    assert faults(html) == []
    with suppress(text.TooDeep, text.TooManyLinks):
        assert text.render(written).html == html
    text.plain(written)
    with pytest.raises(text.TextTooLong):
        text.render(written + "x")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("  a\r\nb\rc\u2028d  ", "a\nb\nc\nd"),
        ("Budys\u030cin", "Budyšin"),
        ("a\x00b\u202ec\u2066d\u200be\ufefff\u00adg\x1b", "abcdefg"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("a\n\n\nb", "a\n\n\nb"),
        ("a  \n \t \n \n \nb", "a\n\n\nb"),
        ("a\tb", "a\tb"),
        ("\ud800a", "a"),
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("Z" + "\u0316" * 50, "Z" + "\u0316" * 4),
        ("q" + "\u0344" * 4, "q" + "\u0308\u0301" * 2),
        ("", ""),
    ],
)
def test_normalise(written: str, expected: str) -> None:
    assert text.normalise(written) == expected


@given(ANYTHING | st.text(st.characters(categories=["Mn", "Me", "Cc", "Cf", "Zs", "Lu"]), max_size=60))
def test_normalising_twice_changes_nothing_more(written: str) -> None:
    once = text.normalise(written)
    assert text.normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\r" not in once
    assert "\n\n\n\n" not in once
    assert once == once.strip()
    once.encode()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("# Titel\n\n**stark** und [Link](https://a.example)\nneue Zeile", "Titel\nstark und Link\nneue Zeile"),
        ("- a\n- b\n\n3) drei\n4) vier", "a\nb\n3) drei\n4) vier"),
        ("> zitiert `code`\n\n    block\n", "zitiert code\nblock"),
        ("5 < 6 & <b>", "5 < 6 & <b>"),
        ("2024. war gut", "2024. war gut"),
        ("<https://a.example/%E2%80%AE>", "https://a.example/"),
        ("", ""),
    ],
)
def test_plain(written: str, expected: str) -> None:
    assert text.plain(written) == expected


@given(st.lists(st.sampled_from(["Lausitz", "Łužica", "§ 5", "„so“", "3,5", "\n\n", "**stark**", "*a*"]), max_size=12))
def test_plain_text_is_what_a_person_reads(parts: list[str]) -> None:
    written = " ".join(parts)
    assert text.plain(written).split() == words(text.render(written).html).split()


@pytest.mark.parametrize(
    ("line", "limit", "expected"),
    [
        ("Die Lausitz hat viel", 20, "Die Lausitz hat viel"),
        ("Die Lausitz hat viel", 19, "Die Lausitz hat…"),
        ("Die Lausitz hat viel", 16, "Die Lausitz hat…"),
        ("Die Lausitz hat viel", 15, "Die Lausitz…"),
        ("Die Lausitz, sie hat viel", 14, "Die Lausitz…"),
        ("Zeile\n\n  eins", 20, "Zeile eins"),
        ("Donaudampfschifffahrt", 6, "Donau…"),
        ("ab", 1, "…"),
        ("", 5, ""),
    ],
)
def test_excerpt(line: str, limit: int, expected: str) -> None:
    assert text.excerpt(line, limit) == expected


@given(st.text(), st.integers(1, 50))
def test_an_excerpt_keeps_to_its_limit_and_to_the_text(line: str, limit: int) -> None:
    short = text.excerpt(line, limit)
    whole = " ".join(line.split())
    assert len(short) <= limit
    assert short == whole or whole.startswith(short.removesuffix("…"))
    assert (short == whole) == (len(whole) <= limit) or short.endswith("…")


def test_an_excerpt_needs_room() -> None:
    with pytest.raises(ValueError, match="positive"):
        text.excerpt("a", 0)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Budyšin", "budysin"),
        ("Łužica łuka", "luzica luka"),
        ("Straße Große STRASSE", "strasse grosse strasse"),
        ("Görlitz Äpfel Über", "gorlitz apfel uber"),
        ("Chóśebuz", "chosebuz"),
        ("ćčěńóřŕśšźž", "ccenorrsszz"),
        ("Żółć Příští", "zolc pristi"),
        ("Bu\u0308ro", "buro"),
        ("", ""),
    ],
)
def test_fold(written: str, expected: str) -> None:
    assert text.fold(written) == expected


@given(st.text())
def test_folding_twice_changes_nothing_more(written: str) -> None:
    assert text.fold(text.fold(written)) == text.fold(written)
    assert text.fold(unicodedata.normalize("NFD", written)) == text.fold(unicodedata.normalize("NFC", written))


# --- bounds and tidying ---------------------------------------------------------------------------------------------

EVERYTHING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\u200b\u200c\u200d\u202a\u202e\u2066\u2069\u00ad\ufe0f\u0301\u034f\u3164\r\n\x00aé👩🌾क्ष"),
    ),
    max_size=60,
)


UNSEEN = set("\u200b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u00ad\ufeff\u3164\x00\x1b\r")


@given(EVERYTHING)
def test_tidying_twice_changes_nothing(typed):
    once = text.tidy(typed)
    assert text.tidy(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not set(once) & UNSEEN


@given(st.text(st.sampled_from("aäöüßčěłńřšžÄÖÜ09 .,;:!?–„“\n"), max_size=80))
def test_what_people_see_stays_as_it_is(typed):
    assert text.tidy(typed) == typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("👩\u200d🌾", "👩\u200d🌾"),
        ("🏳\ufe0f\u200d🌈", "🏳\ufe0f\u200d🌈"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("An\u200dna", "Anna"),
        ("\u200dAnna\u200c", "Anna"),
        ("Анна\u200d", "Анна"),
        ("👩\u200d", "👩"),
        ("Hallo\U000e0068\U000e0069", "Hallo"),
    ],
)
def test_joiners_stay_where_scripts_and_emoji_need_them(typed, kept):
    assert text.tidy(typed) == kept


def test_a_text_leads_to_thirty_places_at_most():
    many = " ".join(f"https://example.org/{n}" for n in range(text.MOST_LINKS))
    assert text.render(many).html.count("<a ") == text.MOST_LINKS
    for more in (f"{many} www.example.org", f"{many} [hier](/strategie)", f"{many} <https://example.org>"):
        with pytest.raises(text.TooManyLinks):
            text.render(more)


@pytest.mark.parametrize("mark", ["> ", ">", "- ", "1. ", "> - "])
def test_nesting_is_bounded_and_nothing_is_left_out(mark):
    """However deep: the words stand there, or the whole is refused."""
    refused = 0
    for depth in range(1, 40):
        try:
            html = text.render(mark * depth + "tief").html
        except text.TooDeep:
            refused += 1
        else:
            assert "tief" in html
            assert html.count("<blockquote>") + html.count("<li>") <= text.DEEPEST
    assert refused

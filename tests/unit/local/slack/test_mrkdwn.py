import re

import pytest

from crosscheck.cards.mrkdwn import escape
from local.slack.page.mrkdwn import plain_to_html, to_html

LINK = '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">{}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~", "<b>bold</b> <i>italic</i> <s>gone</s>"),
        ("*bold _and italic_*", "<b>bold <i>and italic</i></b>"),
        ("`a *b* <c>`", "<code>a *b* &lt;c&gt;</code>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("Deploy_to_Production", "Deploy_to_Production"),
        ("_Deploy_to_Production_", "<i>Deploy_to_Production</i>"),
        ("*\u200bnot bold*\u200b", "*\u200bnot bold*\u200b"),
        ("a &amp; b &lt;c&gt;", "a &amp; b &lt;c&gt;"),
        ("&amp;lt;", "&amp;lt;"),
        ("<https://example.com/?a=1&amp;b=2|open *it*>", LINK.format("open *it*")),
        ("<https://example.com/?a=1&amp;b=2>", LINK.format("https://example.com/?a=1&amp;b=2")),
        ("see https://example.com/?a=1&amp;b=2.", f"see {LINK.format('https://example.com/?a=1&amp;b=2')}."),
        ("<@U123>", '<span class="mention">@U123</span>'),
        ("<@U123|release-bot>", '<span class="mention">@release-bot</span>'),
        ("<#C123|releases>", '<span class="mention">#releases</span>'),
        ("<!channel>", '<span class="mention">@channel</span>'),
        ("<!subteam^S123|@approvers>", '<span class="mention">@approvers</span>'),
        ("<!date^1392734382^{date}|yesterday>", "yesterday"),
        ("no :such_sign: here", "no :such_sign: here"),
        ("10:30:45", "10:30:45"),
        ("one\ntwo", "one<br>two"),
    ],
)
def test_inline(text: str, html: str) -> None:
    assert str(to_html(text)) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("&gt; a\n> *b*\nc", "<blockquote>a<br><b>b</b></blockquote><p>c</p>"),
        ("• one\n• two", "<ul><li>one</li><li>two</li></ul>"),
        ("a\n```\nx &lt; *y*\n```\nb", "<p>a</p><pre>x &lt; *y*</pre><p>b</p>"),
    ],
)
def test_lines(text: str, html: str) -> None:
    assert str(to_html(text)) == html


def test_a_sign_is_drawn_and_named() -> None:
    html = str(to_html(":white_check_mark: done"))
    assert '<svg class="sign" viewBox="0 0 20 20" role="img" aria-label=":white_check_mark:">' in html
    assert html.endswith("</svg> done</p>")


def test_plain_text_is_interpreted_for_emoji_only() -> None:
    assert str(plain_to_html("*a* <@U1> & :x:", emoji=False)) == "*a* &lt;@U1&gt; &amp; :x:"
    assert "<svg" in plain_to_html(":x:")


TAGS = {"p", "b", "i", "s", "a", "code", "pre", "blockquote", "ul", "li", "br", "span", "svg", "title", "path"}
HOSTILE = [
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<javascript:alert(1)|click>",
    "<JaVaScRiPt:alert(1)>",
    "<data:text/html,<script>|x>",
    '<https://example.com/"onmouseover="alert(1)|x>',
    "<https://example.com/'onclick='alert(1)|<b onload=alert(1)>>",
    "<https://example.com|&lt;img src=x onerror=alert(1)&gt;>",
    '<@U1|"><script>alert(1)</script>>',
    "<!date^1^x|<script>>",
    "`<script>`",
    "```<script>alert(1)</script>```",
    "```</pre><script>```",
    "*<script>* _<script>_ ~<script>~",
    "> <script>\n• <script>",
    "{0} {} {name.__class__} %s",
    ':x" onload="alert(1):',
    "https://example.com/<script>",
    "\u202e<script>\u0000",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_f42_no_text_becomes_markup(text: str) -> None:
    for html in (str(to_html(text)), str(plain_to_html(text))):
        tags = re.findall(r"<[^>]*>", html)
        assert {re.sub(r"[</ >].*", "", tag[1:].lstrip("/")) for tag in tags} <= TAGS
        assert not re.search(r"<[^>]*\son\w+=", html)
        assert all(link.startswith("https://example.com") for link in re.findall(r'href="([^"]*)"', html))


@pytest.mark.parametrize("text", ["*" * 3_000, "*a " * 1_000, "_a " * 1_000, "_a_b" * 750, "`" * 3_000, "<" * 3_000])
def test_f42_long_runs_of_marks_end(text: str) -> None:
    assert to_html(text)


@pytest.mark.parametrize("text", ["*bold*", "_it_", "~s~", "<!channel>", "<http://x|y>", "a & b", "&lt;b&gt;"])
def test_f42_what_the_card_escapes_is_shown_as_it_was(text: str) -> None:
    shown = to_html(escape(text, 100)).striptags().replace("\u200b", "")
    assert shown == text

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.cards.mrkdwn import cut, escape, link
from crosscheck.text import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a & b", "a &amp; b"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U123>", "&lt;@U123&gt;"),
        ("<http://x|y>", "&lt;http://x|y&gt;"),
        ("one\ntwo\t three", "one two three"),
        ("a\u202eb\u0000c\u200b", "abc"),
        ("`rm -rf`", "`\u200brm -rf`\u200b"),
        ("*bold* _it_ ~gone~", "*\u200bbold*\u200b _\u200bit_\u200b ~\u200bgone~\u200b"),
        ("Deploy_to_Production 2*3", "Deploy_to_Production 2*3"),
    ],
)
def test_f42_untrusted_text_is_disarmed(text: str, shown: str) -> None:
    assert escape(text, 200) == shown


def test_a_cut_never_splits_an_entity() -> None:
    assert cut("ab&amp;cd", 6) == "ab…"
    assert cut("ab&amp;cd", 9) == "ab&amp;cd"
    assert cut("ab&amp;cdef", 9) == "ab&amp;c…"


@given(st.text(max_size=400), st.integers(min_value=1, max_value=60))
def test_f42_nothing_but_entities_is_left_of_markup(text: str, limit: int) -> None:
    shown = escape(text, limit)
    assert len(shown) <= limit
    rest = shown.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set(rest) & set("<>&\n\r")


@given(st.text(max_size=400))
def test_plain_text_keeps_its_limit(text: str) -> None:
    assert len(one_line(text, 20)) <= 20


def test_a_link_has_a_label_that_ends_it_nowhere() -> None:
    assert link("https://x.example/?a=1&b=2", "a|b <c>") == "<https://x.example/?a=1&amp;b=2|a¦b &lt;c&gt;>"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "https://||",
        "https://…||",
        "https://a.example/|<!channel>",
        "https://a.example/>",
        "https://user:word@a.example/",
        "https://user@a.example/",
        "https://a.example\\@b.example/",
        "https://a.example:99999/",
        "https://a.example/\u202egpj.exe",
        "https://a.example/\u200b",
        "https://a.example/ x",
        "https://[::1",
        "http://a.example/",
        "javascript:alert(1)",
        "https://a.example/" + "&" * 300,
    ],
)
def test_what_is_no_plain_address_is_no_link(url: str) -> None:
    assert link(url, "label") == "label"


def test_a_link_without_a_label_is_none() -> None:
    assert link("https://a.example/", "\u200b\u3164") == ""

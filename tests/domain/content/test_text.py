"""Only what people change changes."""

from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content.text import decode, encode, normalise

pieces = st.lists(st.sampled_from(["a", "é", "\n", "\r\n", "\r", "\ufeff", "", "x y"]), max_size=20)


@given(st.binary(max_size=200))
def test_unchanged_text_is_unchanged_bytes(data: bytes) -> None:
    source = decode(data)
    assert source.encode(source.text) == data


@given(pieces.map("".join), st.booleans())
def test_unchanged_lines_keep_their_own_endings(raw: str, mark: bool) -> None:
    raw = raw.lstrip("\ufeff")
    data = (b"\xef\xbb\xbf" if mark else b"") + raw.encode()
    source = decode(data)
    assert source.encode(source.text) == data
    changed = source.encode("nieuw\n" + source.text)
    assert changed.startswith(b"\xef\xbb\xbf") == (mark and bool(data))
    assert changed.endswith(raw.encode())


def test_mixed_endings_stay_where_nothing_changed() -> None:
    source = decode(b"een\r\ntwee\ndrie\r\nvier\n")
    assert source.encode("een\ntwee\n3\nvier\n") == b"een\r\ntwee\n3\r\nvier\n"


def test_final_newline_is_as_it_was() -> None:
    assert decode(b"a").encode("b\n") == b"b"
    assert decode(b"a\r\n").encode("b") == b"b\r\n"
    assert encode("b") == b"b\n"


def test_what_is_not_utf8_is_to_look_at_only() -> None:
    source = decode("Enquête".encode("latin-1"))
    assert not source.readable
    assert source.text == "Enquête"
    assert not decode("Enquête".encode("utf-16")).readable


def test_posted_text_has_newlines_only() -> None:
    assert normalise("a\r\nb\rc\x00\ud800") == "a\nb\nc\ufffd\ufffd"

"""Raw trees against the plain way: a sorted list of entries."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from wiki.store.objects import trees

# Names and hashes that look like the beginning of other entries.
names = st.sampled_from(
    [b"a", b"x 100644 a", b"x 40000 a", b"a-", b"a.md", b"a0", b"100644 a", b" a", b"\xff", b"b"]
) | st.binary(min_size=1, max_size=6).map(lambda raw: raw.replace(b"\0", b"0").replace(b"/", b"-"))
ids = st.sampled_from([b"100644 a\0".ljust(20, b"1"), b"\0" * 20, b"40000 a\0x100644 a\0xx"]) | (
    st.binary(min_size=20, max_size=20)
)
modes = st.sampled_from([trees.FILE, trees.FOLDER, trees.EXECUTABLE, 0o120000, 0o160000])
contents = st.dictionaries(names, st.tuples(modes, ids.map(bytes.hex)), max_size=40)


def plain(content: dict[bytes, tuple[int, str]]) -> bytes:
    """The tree as git would write it."""
    entries = [(n + b"/" if m == trees.FOLDER else n, n, m, i) for n, (m, i) in content.items()]
    return b"".join(trees.entry(name, mode, id) for _, name, mode, id in sorted(entries))


@given(contents, names)
def test_find_gives_the_entry_or_none(content, name):
    node = trees.find(plain(content), name)
    assert (node and (node.mode, node.id)) == content.get(name)
    for there, (mode, id) in content.items():
        found = trees.find(plain(content), there)
        assert (found.name, found.mode, found.id) == (there, mode, id)


@given(contents, st.dictionaries(names, st.none() | st.tuples(modes, ids.map(bytes.hex))))
def test_edited_gives_what_writing_it_anew_gives(content, edits):
    wanted = {n: e for n, e in (content | edits).items() if e is not None}
    assert trees.edited(plain(content), edits) == plain(wanted)
    assert sorted(trees.names(plain(wanted))) == sorted(wanted)


# Entries whose hashes look like the beginning of other entries, enough of them to search among.
MISLEADING = {b"%02d" % n: (trees.FILE, b"100644 a\0".ljust(20, b"1").hex()) for n in range(12)}


@given(contents, contents, contents)
@example(MISLEADING, {}, {b"x 100644 a": MISLEADING[b"00"]})
def test_differing_gives_every_difference(common, one, other):
    one, other = common | one, common | other
    found = {
        (a or b).name: (a and (a.mode, a.id), b and (b.mode, b.id))
        for a, b in trees.differing(plain(one), plain(other))
    }
    assert found == {
        name: (one.get(name), other.get(name))
        for name in one.keys() | other.keys()
        if one.get(name) != other.get(name)
    }

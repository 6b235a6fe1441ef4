"""A page shows what cmark-gfm shows of it; `bench.like_github` asks that of a whole repository."""

from __future__ import annotations

import pytest

from bench.like_github import differences, ours, theirs

SAME = """# Besluit over *de wijk*

Zie [het plan](https://x.nl/plan), <https://x.nl/b> en https://x.nl/c_(d). Druk <kbd>Ctrl</kbd>.

- stemming:

  | voor | tegen |
  |:-----|------:|
  | 3 | `a|b` | te veel |
  | te weinig |

      code;
      meer

## Vervolg[^1]

> 1. een
>
>    ```rust
>    fn main() {}
>    ```

<details><summary>Meer</summary>

~~weg~~ **vet**

</details>

[^1]: Een noot.
"""


def test_a_page_shows_the_same() -> None:
    assert differences(SAME) == []
    shown = ours(SAME)
    assert shown == theirs(SAME)
    assert (len(shown.headings), len(shown.tables), len(shown.code), len(shown.links)) == (
        2,
        1,
        2,
        3,
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a <naam> b", "HTML outside"),
        ("![p](https://x.nl/p.png)", "pictures of other sites"),
        ("> [!NOTE]\n> a", "alerts"),
        ("[a https://x.nl", "open bracket"),
        ("[a](ftp://x.nl)", "other kinds"),
        ("[[a]]", "a link to a page"),
        ("term\n: uitleg", "definition lists"),
    ],
)
def test_what_differs_has_its_reason(text: str, reason: str) -> None:
    found = differences(text)
    assert found
    assert all(reason in why for _, why in found)

"""JSON with the faults of known exports is read for what it holds."""

from __future__ import annotations

import pytest

from wiki.domain.imports.loose_json import records

ONE, TWO, THREE = {"a": 1}, {"a": 2}, {"a": 3}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('([{"a":1},{"a":2}]])', [ONE, TWO]),
        ('[{"a":1}{"a":2}]', [ONE, TWO]),
        ('[{"a":1}]{"a":2}]{"a":3}', [ONE, TWO, THREE]),
        ('[{"a":1}] {"a":2}', [ONE, TWO]),
        ('[{"a":1}[{"a":2}]', [ONE, TWO]),
        ('[{"a":[1,2]],"b":"x}]{y"},{"a":2}', [{"a": [1, 2], "b": "x}]{y"}, TWO]),
        ('[{"a":1},{"b":"cut o', [ONE, {"b": "cut o"}]),
        ('[{"a":"\\q \\u00e9 \\ud800"}', [{"a": "q é "}]),
        ("[" * 5_000 + '{"a":1}', []),
        ("", []),
    ],
)
def test_what_is_wrong_with_it_costs_nothing(text, found):
    assert records(text) == found

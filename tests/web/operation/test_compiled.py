"""What one process compiled of the templates serves the next one, if it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, Template

from wiki.web.operation import compiled
from wiki.web.operation.compiled import Compiled


def rendered(folder: Path, source: str = "Dag {{ name }}") -> tuple[str, bool]:
    """What a template gives, and whether it was compiled for it."""
    env = Environment(loader=DictLoader({"a": source}), bytecode_cache=Compiled(folder))
    made: list[str] = []
    compile_ = env._compile

    def counted(source: str, filename: str) -> object:
        made.append(filename)
        return compile_(source, filename)

    env._compile = counted  # type: ignore[method-assign,assignment]
    template: Template = env.get_template("a")
    return template.render(name="Anna"), bool(made)


def test_compiled_once(tmp_path: Path) -> None:
    folder = tmp_path / "compiled"
    assert rendered(folder) == ("Dag Anna", True)
    assert rendered(folder) == ("Dag Anna", False)
    assert rendered(folder, "Hoi {{ name }}") == ("Hoi Anna", True)
    assert rendered(folder, "Hoi {{ name }}") == ("Hoi Anna", False)


def test_of_another_version_or_damaged_it_is_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(tmp_path)
    monkeypatch.setattr(compiled, "version", lambda _: "99")
    assert rendered(tmp_path) == ("Dag Anna", True)
    [file] = tmp_path.iterdir()
    whole = file.read_bytes()
    for broken in (b"", whole[:-1], whole[:50] + b"!" + whole[51:], b"\0" * len(whole)):
        file.write_bytes(broken)
        assert rendered(tmp_path) == ("Dag Anna", True)
    assert rendered(tmp_path) == ("Dag Anna", False)


def test_where_nothing_can_be_kept_it_is_compiled_each_time(tmp_path: Path) -> None:
    folder = tmp_path / "compiled"
    folder.write_text("no folder")
    assert rendered(folder) == ("Dag Anna", True)
    assert rendered(folder) == ("Dag Anna", True)

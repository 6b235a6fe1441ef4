"""What is read from the guide and the Containerfile, which `make bare` then does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bare import guide, image, machine

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_steps_are_lines_for_the_shell_and_files() -> None:
    page = (
        "# A\n\n## B\n\nDo:\n\n```\none \\\n  more\n\ntwo\n```\n\n"
        "In `/x/y.cfg`:\n\n```\nA_B = 1\nC = 2\n```\n\n## D\n\n```\nno\n```\n"
    )
    assert guide.steps(guide.section(page, "B")) == [
        guide.Step("one more"),
        guide.Step("two"),
        guide.Step("A_B = 1\nC = 2\n", "/x/y.cfg"),
    ]
    with pytest.raises(ValueError, match="'E'"):
        guide.section(page, "E")


def test_the_guide_installs_starts_and_puts_caddy_before_it() -> None:
    steps = guide.steps(guide.section(read("docs/server.md"), "With systemd"))
    lines = [step.text for step in steps if not step.file]
    begins = ("apt update", "useradd ", "runuser -u denktank -- ", "systemctl enable ")
    order = [next(at for at, line in enumerate(lines) if line.startswith(word)) for word in begins]
    assert order == sorted(order)
    assert lines[-1] == "systemctl restart caddy.service"
    assert [step.file for step in steps if step.file] == ["/srv/denktank/denktank.cfg"]
    assert guide.steps(guide.section(read("docs/server.md"), "A new version"))
    assert "python3-venv" in guide.packages(read("README.md"))


def test_the_dutch_guide_says_the_same_commands() -> None:
    english = guide.steps(guide.section(read("docs/server.md"), "With systemd"))
    dutch = read("docs/server.nl.md").splitlines()
    said = {line.strip() for line in dutch}
    assert [step.text for step in english if not step.file and step.text not in said] == []


def test_a_step_that_is_not_known_stops_the_image(tmp_path: Path) -> None:
    made = image.Image(tmp_path, tmp_path, {})
    for word, rest in guide.instructions(ROOT / "deploy" / "Containerfile"):
        if word not in ("FROM", "RUN", "COPY"):
            made.follow(word, rest)
    assert (made.user, made.volume) == ("10001:10001", "/data")
    assert "setpriv --reuid 10001 --regid 10001" in made.runnable()[-1]
    assert made.health[0] == "python"
    assert "setpriv --reuid 10001" in made.confined(made.health)
    with pytest.raises(machine.Failed, match="ADD"):
        made.follow("ADD", "x y")


def test_what_is_copied_lands_where_a_container_engine_puts_it(tmp_path: Path) -> None:
    context, root = tmp_path / "context", tmp_path / "root"
    (context / "some").mkdir(parents=True)
    (context / "some" / "file").write_text("1")
    (context / "one").write_text("2")
    root.mkdir()
    made = image.Image(root, context, {"other": context})
    made.follow("WORKDIR", "/source")
    made.follow("COPY", "one ./")
    made.follow("COPY", "some some")
    made.follow("COPY", "--from=other /some /opt/some")
    found = sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())
    assert found == ["opt/some/file", "source/one", "source/some/file"]


def test_where_no_machine_can_be_made_it_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "root" in machine.lacking(None)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert "unshare" in machine.lacking(None)
    monkeypatch.setattr(
        "shutil.which", lambda name: None if name.endswith("strap") else f"/bin/{name}"
    )
    assert "mmdebstrap" in machine.lacking(None)
    assert "not the root of a Debian" in machine.lacking(tmp_path)

"""`denktank doctor`: what is wrong with a wiki and its machine, and what to do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from wiki.commands.place import data_option, settings_in
from wiki.domain.errors import WikiError
from wiki.i18n.errors import notice, sentence
from wiki.services.operation import doctor as doctors
from wiki.services.operation.doctor import Finding, Report


@click.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
def doctor(data: Path | None, as_json: bool) -> None:
    """Say what is wrong and what to do: folder, git, database, worker, mail, proxy, backup.

    Exit code 1 if something fails or may get lost; advice alone is 0. No mail is sent.
    """
    settings = settings_in(data)
    report = doctors.examine(settings)
    show = _as_json if as_json else _as_text
    click.echo(show(report, settings.language))
    sys.exit(0 if report.is_well else 1)


def _as_text(report: Report, language: str) -> str:
    lines = []
    for finding in report.findings:
        said = _said(finding, language)
        lines.append(f"{'!!' if finding.is_grave else '--'} {finding.code}: {said['sentence']}")
        lines.append(notice(language, "doctor_do", {"what": said["do"]}))
    if not report.findings:
        lines.append(notice(language, "doctor_well", {}))
    versions = ", ".join(f"{name} {number or '?'}" for name, number in report.versions.items())
    return "\n".join([*lines, notice(language, "doctor_versions", {"versions": versions})])


def _as_json(report: Report, language: str) -> str:
    findings = [
        {"code": finding.code, "grave": finding.is_grave, **_said(finding, language)}
        for finding in report.findings
    ]
    told = {"well": report.is_well, "findings": findings, "versions": dict(report.versions)}
    return json.dumps(told, ensure_ascii=False, indent=1)


def _said(finding: Finding, language: str) -> Mapping[str, str]:
    """The sentence of a finding, and what to do about it."""
    values = {
        name: sentence(language, value.code, value.values)
        if isinstance(value, WikiError)
        else value
        for name, value in finding.values.items()
    }
    code = f"doctor_{finding.code}"
    return {
        "sentence": notice(language, code, values),
        "do": notice(language, f"{code}_do", values),
    }

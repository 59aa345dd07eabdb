"""What the README promises a newcomer is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.accounts.permissions import ROLES
from app.demo.city import CITY, PASSWORD

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ACCOUNTS = re.findall(r"^\| `/(\w+)/` \| \S+ \| `(\w+)` \| (\S+) \| (\S+) \|$", README, re.MULTILINE)


def test_the_accounts_of_the_readme_are_people_of_the_city() -> None:
    people = {(person.office, person.login): person for person in CITY.officials}
    assert len(ACCOUNTS) >= 10
    for slug, login, name, _ in ACCOUNTS:
        assert people[slug, login].name == name
    assert PASSWORD in README


def test_the_readme_has_an_account_for_every_role() -> None:
    roles = {(person.office, person.login): person.role for person in CITY.officials}
    assert {roles[slug, login] for slug, login, _, _ in ACCOUNTS} == set(ROLES)


def test_every_organisation_is_named_in_the_readme() -> None:
    assert [slug for slug in CITY.offices if f"`{slug}`" not in README and f"`/{slug}/`" not in README] == []


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/deployment.md", "docs/commands.md", "docs/benchmarks.md"]
)
def test_no_link_leads_nowhere(page: str) -> None:
    place = ROOT / page
    links = re.findall(r"\]\(([^)#]+)\)", place.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (place.parent / link).exists()] == []


def test_every_setting_is_in_the_example() -> None:
    source = (ROOT / "app" / "settings.py").read_text("utf-8")
    example = (ROOT / ".env.example").read_text("utf-8")
    settings = set(re.findall(r'(?:need|number|env\.get)\("([A-Z_]+)"', source))
    assert settings
    assert {name for name in settings if not re.search(rf"^(# )?{name}=", example, re.MULTILINE)} == set()


def test_the_locks_name_no_index() -> None:
    for lock in ("requirements.lock", "requirements-triage.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text("utf-8")
        assert "://" not in text
        assert not re.search(r"^-", text, re.MULTILINE)
        assert text.count("==") <= text.count("--hash=")

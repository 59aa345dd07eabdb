"""The rules of the house that a tool can hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenants.audit import models
from tenants.bases import Walled
from tenants.database import Base

TOP = Path(__file__).parents[2]
SOURCES = sorted([*TOP.glob("tenants/**/*.py"), *TOP.glob("app/**/*.py")])


def test_imports_go_down_only() -> None:
    done = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_model_stands_on_one_of_the_six_bases() -> None:
    loose = [mapper.class_.__name__ for mapper in Base.registry.mappers if not issubclass(mapper.class_, Walled)]
    assert not loose, loose


def test_the_realm_is_announced_by_the_function_only() -> None:
    """set_config() does not reach the workers of a cluster, and a session SET stays in the pool (TI4)."""
    for path in [*SOURCES, *(TOP / "migrations").rglob("*.py")]:
        said = _strings(path.read_text())
        assert not any("set_config(" in one for one in said), path
        assert not any(re.match(r"\s*set (session )?portal", one, re.IGNORECASE) for one in said), path


def _strings(source: str) -> list[str]:
    """Every text of a module that is no docstring: where its SQL stands."""
    tree = ast.parse(source)
    told = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, told) and _has_doc(node)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node.value for node in texts if id(node) not in docs]


def _has_doc(node: ast.AST) -> bool:
    return ast.get_docstring(node) is not None  # type: ignore[arg-type]


def test_a_text_that_sets_the_realm_is_seen_wherever_it_stands_but_in_a_docstring() -> None:
    module = '''"""set_config( in words"""
SQL = """select set_config('portal.realm', '1', true)"""'''
    assert [one for one in _strings(module) if "set_config(" in one] == ["select set_config('portal.realm', '1', true)"]


def test_a_second_stay_is_opened_by_the_listed_doors_only() -> None:
    callers = {
        path.relative_to(TOP).as_posix()
        for path in SOURCES
        if "realm.aside(" in path.read_text() or "import aside" in path.read_text()
    }
    assert callers == {"app/core/unit.py", "tenants/provisioning.py"}


# What modules hold in tables of their own: registries that are filled on import. What a process remembers of an
# organisation, `tenants.kept` holds, which cannot be asked without a realm (TI15).
REGISTRIES = {
    "app.audit.services._subscribers",
    "app.audit.words.FIELDS",
    "app.audit.words.KINDS",
    "app.cases.closing_list.ASKS",
    "app.cases.panels.ACTIONS",
    "app.cases.panels.PANELS",
    "app.core.area.on_denied",
    "app.jobs.tasks._registered",
    "app.merchants.services.CALLED_ANEW",
    "app.notifications.words.TITLES",
    "app.search.services._sources",
    "tenants.provisioning.RECORDERS",
}
_EMPTY = re.compile(r"^(\w+)(?:: [^=\n]+)? = (?:\{\}|\[\]|dict\(\)|list\(\)|set\(\)|defaultdict\(.*\))", re.MULTILINE)


def test_no_module_remembers_anything_of_an_organisation_by_itself() -> None:
    held = {
        f"{'.'.join(path.relative_to(TOP).with_suffix('').parts)}.{name}"
        for path in SOURCES
        for name in _EMPTY.findall(path.read_text())
    }
    assert held == REGISTRIES


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def test_verbs_and_questions_are_told_who_acts() -> None:
    for path in SOURCES:
        if path.parts[-1] in ("services.py", "queries.py") or {"services", "queries"} & set(path.parts):
            named = _imports(path)
            assert not named & {"flask.request", "flask.session", "flask.g", "flask_login.current_user"}, path


def test_views_write_no_sql() -> None:
    """A view is whatever declares pages, as views.py or under the name of its part."""
    views = [path for path in SOURCES if re.search(r"^@\w+\.page\(", path.read_text(), re.MULTILINE)]
    assert {"views.py", "party_pages.py", "reference.py", "register.py"} <= {path.name for path in views}
    for path in views:
        if path.parent.name == "portal":
            continue  # readiness asks the database itself
        named = {name for name in _imports(path) if name.startswith("sqlalchemy")}
        assert not named, f"{path}: {named}"


def test_nothing_is_left_for_later() -> None:
    for path in [*SOURCES, *TOP.glob("app/**/*.html")]:
        if "node_modules" in path.parts or "static" in path.parts:
            continue
        found = re.search(r"\b(TODO|FIXME|XXX|coming soon)\b|raise NotImplementedError", path.read_text())
        assert not found, f"{path}: {found.group()}"


def test_no_template_switches_escaping_off() -> None:
    for path in TOP.glob("app/**/*.html"):
        if "node_modules" not in path.parts:
            assert not re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text()), path


def test_no_stored_or_received_data_is_executed() -> None:
    for path in SOURCES:
        named = _imports(path)
        assert not {name for name in named if name.partition(".")[0] in {"pickle", "marshal", "shelve"}}, path
        tree = ast.parse(path.read_text())
        calls = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"eval", "exec"}, path


def test_the_catalogues_are_complete() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.core.catalogues", "check"], cwd=TOP, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(models()))
def test_every_table_says_what_it_is(name: str) -> None:
    assert (models()[name].__doc__ or "").strip(), name


def test_index_columns_begin_with_the_tenant() -> None:
    """An index that starts with anything else is of no use to a policy (performance 4.5)."""
    odd = []
    for name, model in models().items():
        for index in model.__table__.indexes:
            first = next(iter(index.columns)).name
            if "tenant_id" in model.__table__.c and first != "tenant_id":
                odd.append(f"{name}.{index.name}")
    assert not odd, odd


def test_jobs_are_told_keys_only(app: Any) -> None:
    import inspect

    from app.jobs.tasks import registered

    for made in registered().values():
        for parameter in inspect.signature(made.run).parameters.values():
            assert parameter.annotation not in (dict, list, "dict", "list", "bytes"), made.name

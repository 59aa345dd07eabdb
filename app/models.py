"""Every table of the house, imported in one place: for migrations, the audit of the walls and the tests."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

import app

MODULES = sorted(
    f"app.{package.name}.models"
    for package in iter_modules(app.__path__)
    if package.ispkg and find_spec(f"app.{package.name}.models") is not None
)
for module in (
    *MODULES,
    "app.cases.claimants.models",
    "app.cases.papers.models",
    "app.cases.phrases.models",
    "app.cases.callbacks.models",
    "app.cases.links.models",
    "app.cases.settings.models",
    "app.cases.shares.models",
    "app.cases.suggestions.models",
    "app.cases.tasks.models",
    "app.cases.worklist.models",
    "app.merchants.dealings.models",
    "app.merchants.merging.models",
    "app.core.numbering",
    "tenants.registry",
    "tenants.provisioning",
    "tenants.session",
):
    import_module(module)

"""Which areas there are. Each says itself in which kinds of organisation it exists."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

# In the order in which a newcomer would walk through the house.
AREAS = (
    "app.portal.views:portal",
    "app.accounts.views:accounts",
    "app.deadlines.views:deadlines",
    "app.audit.views:audit",
    "app.notifications.views:notifications",
    "app.merchants.views:merchants",
    "app.merchants.dealings.views:dealings",
    "app.merchants.merging.views:merging",
    "app.documents.views:documents",
    "app.documents.views:templates",
    "app.cases.views:cases",
    "app.cases.papers.views:papers",
    "app.cases.worklist.views:worklist",
    "app.cases.party_pages:parties",
    "app.cases.alike_pages:alike",
    "app.cases.contact_pages:contacts",
    "app.cases.links.views:links",
    "app.cases.claimants.views:claimants",
    "app.cases.claimants.views:signals",
    "app.cases.suggestions.views:suggestions",
    "app.cases.reference:reference",
    "app.mediation.views:mediation",
    "app.mediation.register:mediators",
    "app.cases.shares.views:shares",
    "app.cases.tasks.views:tasks",
    "app.cases.staffing.views:staffing",
    "app.cases.callbacks.views:callbacks",
    "app.cases.settings.views:settings",
    "app.cases.phrases.views:phrases",
    "app.cases.phrases.views:center_phrases",
    "app.groups.views:groups",
    "app.handoffs.views:handoffs",
    "app.investigations.views:investigations",
    "app.advocacy.views:advocacy",
    "app.desk.views:desk",
    "app.desk.flows:flows",
    "app.desk.flows:roles",
    "app.bureau.views:bureau",
    "app.transfer.views:transfer",
    "app.handbook.views:handbook",
)


def init_app(app: Flask) -> None:
    for address in AREAS:
        module, _, name = address.partition(":")
        app.register_blueprint(getattr(import_module(module), name))

"""flask import messages FILE --center SLUG"""

from __future__ import annotations

from pathlib import Path

import click

from app.cases import lists
from app.core.errors import Invalid, Refusal
from app.files.accept import EVIDENCE, accept
from app.files.refusal import Refused
from app.transfer import services
from app.transfer.models import Import, ImportState
from app.transfer.sheet import WANTED
from tenants import realm
from tenants.cli import Commands, organisation, sorry
from tenants.database import db
from tenants.registry import registry

import_ = Commands("import", help="Take in what comes from elsewhere.")


@import_.command("messages")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--center", "slug", required=True, help="The county center that receives them.")
@click.option("--channel", default="hotline", show_default=True, help="The channel they came by.")
@click.option("--column", "columns", multiple=True, metavar="WHAT=HEADING", help="What a column is, if not found.")
def messages(file: Path, slug: str, channel: str, columns: tuple[str, ...]) -> None:
    """Take in a spreadsheet of messages; each becomes a case that waits for triage, once."""
    place = organisation(slug, "center")
    with realm.enter(registry.realm(place), db.leave), file.open("rb") as content:
        if channel not in dict(lists.choices("channels")):
            raise sorry(f"没有代码为 {channel} 的来源渠道。", f"No channel is called {channel}.")
        try:
            accepted = accept(content, file.name, kinds={".xlsx": EVIDENCE[".xlsx"]})
            batch = services.begin(accepted, None, channel=channel)
            with services.opened(batch) as sheet:
                chosen = {**batch.columns, **_said(columns, sheet.head)}
            services.ready(batch, chosen, None)
        except (Refused, Refusal) as refusal:
            hint = f" --column WHAT=HEADING; WHAT: {', '.join(WANTED)}" if isinstance(refusal, Invalid) else ""
            raise click.ClickException(f"{refusal.message}{hint}") from refusal
        db.session.commit()
        try:
            with click.progressbar(length=batch.rows, label=file.name) as bar:
                batch = services.run(batch.id, tell=lambda now: bar.update(now.position - bar.pos))
        except BaseException:  # Ctrl-C too: what is in stays in, and the page says that it broke off
            db.session.rollback()
            services.fail(batch.id)
            db.session.commit()
            raise
        _print_faults(batch)
    click.echo(f"imported {batch.imported}, already there {batch.already}, rejected {batch.rejected}")


def _said(columns: tuple[str, ...], head: list[str]) -> dict[str, int]:
    chosen = {}
    for said in columns:
        what, _equals, heading = said.partition("=")
        if what not in WANTED or heading not in head:
            names = ", ".join(WANTED)
            raise sorry(
                f"“{said}”无法识别：等号前须是 {names} 之一，等号后须是表中的列名。",
                f"{said}: say one of {names}, and a heading of the sheet.",
            )
        chosen[what] = head.index(heading)
    return chosen


def _print_faults(batch: Import) -> None:
    assert batch.status == ImportState.DONE
    for line, reference, reason in list(services.report(batch))[1:21]:
        click.echo(f"line {line} {reference}: {reason}", err=True)
    if batch.rejected > 20:
        click.echo(f"… and {batch.rejected - 20} more", err=True)

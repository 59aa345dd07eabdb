"""A string of its own in every text of every row and of every file: whoever meets one knows whose it is and how secret.

    CITY-city-list_entry.name-…     what the city says to all: everybody may meet it
    OWN-east-merchant.name-hgkabc       a row that East owns: East may meet it, and the bureau
    PRIV-east-case_statement.facts-…    what was confided to East: East alone
    OWN-east.market-handoff.ask-…       between the two: the two, and the bureau
    PRIV-east.market-handoff_message.…  the personal part of it: the two alone
    SHUT-east.market-handoff_file.…     the same after the sender has withdrawn it: the sender alone

The last part names the case or else the row, in letters, so that nothing takes it for a number of somebody.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import xlsxwriter
from pypdf import PdfReader
from sqlalchemy import Connection, String, text
from sqlalchemy.dialects.postgresql import JSONB

from app.core.privacy import sealing
from app.files import services as files
from app.search.services import rebuild
from tenants.audit import models
from tenants.bases import Between, BetweenEntry, Owned, Private, Reference, Shared
from tenants.database import db
from tenants.realm import BUREAU_ID
from tenants.registry import registry
from tests.files import specimens as papers
from tests.isolation.scenario import Scenario
from tests.specimens import allowed

FOUND = re.compile(r"(CITY|OWN|PRIV|SHUT)-([a-z]+(?:\.[a-z]+)?)-([a-z_]+\.[a-z_]+)-([a-p]{6})", re.IGNORECASE)

# Texts that no canary fits into. Whatever stands neither here nor under a CHECK is planted; a new code that the pages
# cannot read in this state makes them fail, and belongs here.
CODES = {
    "appraisal.number": "the number of the order: the ground of a pause",
    "act.why": "the name of what is done, by which a job finds its half-done act",
    "audit_entry.event": "a code; the words for it are looked up",
    "audit_entry.actor_role": "a code",
    "audit_entry.subject_kind": "the name of a table",
    "audit_entry.subject_number": "a number: stands in addresses",
    "case_bulk.step": "the name of a step",
    "case_bulk_row.number": "a number: stands in addresses",
    "case_clock.code": "a code of the legal profile",
    "case_clock.profile_code": "a code",
    "case_clock.paused_reason": "a code",
    "case_document.kind": "a code",
    "case_document.number": "a number: none, of every draft",
    "document_check.kind": "a code",
    "letterhead.prefix": "what the numbers of papers begin with",
    "document_template.kind": "a code",
    "document_check.number": "a number: stands on a paper that somebody holds",
    "case_draft.step": "the name of a step",
    "case_setting.seed": "signs of chance, from which a draw is worked out again",
    "case_group.number": "a number: stands in addresses",
    "group_batch.kind": "a code",
    "case_record.number": "a number: stands in addresses",
    "case_record.nature": "a code of a list",
    "case_record.channel": "a code of a list",
    "case_record.category": "a code of a list",
    "case_record.problem": "a code of a list",
    "case_record.place": "a code of a list",
    "case_record.before_referral": "a status",
    "case_record.ground": "a code of a list",
    "case_record.profile_code": "a code",
    "case_record.due_code": "a code",
    "clock_move.kind": "the name of a table",
    "clock_move.code": "a code of the legal profile",
    "clock_move.profile_code": "a code",
    "clock_move.number": "a number: stands in addresses",
    "counter.kind": "a code",
    "credential.password_hash": "a hash",
    "day_figure.measure": "a code",
    "file_grant.number": "a number: stands in addresses",
    "file_grant.case_number": "a number: stands in addresses",
    "handoff.kind": "a code",
    "handoff.number": "a number: stands in addresses",
    "handoff.sender_case_number": "a number: stands in addresses",
    "handoff.receiver_case_number": "a number: stands in addresses",
    "handoff_clock.code": "a code of the legal profile",
    "handoff_clock.profile_code": "a code",
    "handoff_clock.paused_reason": "a code",
    "handoff_disclosure.code": "a code or a key",
    "handoff_draft.number": "a number: stands in addresses",
    "handoff_draft.case_number": "a number: stands in addresses",
    "handoff_draft.kind": "a code",
    "handoff_echo.step": "the name of a step",
    "handoff_step.reason": "a code",
    "import_fault.reason": "a code",
    "import_file.number": "a number: stands in addresses",
    "import_file.channel": "a code of a list",
    "job_receipt.task": "the name of a job",
    "list_entry.listed": "the name of a list",
    "list_entry.code": "a code",
    "list_entry.parent": "a code",
    "list_entry.kind": "a code",
    "merchant.number": "a number: stands in addresses",
    "merchant.credit_code": "18 signs with a checksum",
    "month_figure.measure": "a code",
    "month_figure.channel": "a code of a list",
    "month_figure.category": "a code of a list",
    "month_figure.problem": "a code of a list",
    "notice.key": "what makes a notice the same one",
    "notice.event": "a code; the words for it are looked up",
    "notice.subject_kind": "the name of a table",
    "notice.endpoint": "the name of a page",
    "notice_muted.subject_number": "a number: stands in addresses",
    "person.login": "what somebody signs in by",
    "phrase.place": "the name of a step",
    "search_document.kind": "the name of a source",
    "search_document.number": "written anew from the canaries",
    "search_document.folded": "written anew from the canaries",
    "sign_in.role": "a code",
    "sign_in.ended_why": "a code",
    "throttle.kind": "a code",
}
CODE_ENDINGS = ("_sealed", "_index", "_hash", "sha256", "media_type", "submission_key")

# Texts inside of JSON: where they are written. What is not here holds codes, numbers and dates only.
SEALED_INSIDE = {"case_document.facts": "record"}  # sealed as JSON
INSIDE = {
    "case_filter.asked": "merchant",
    "case_export.asked": "merchant",
    "handoff.facts": "merchant_name",
    "handoff_personal.masked": "phone",
}
CODES_INSIDE = {
    "audit_entry.facts": "codes, numbers, dates: the service refuses words, and a test of its own holds that",
    "case_bulk.facts": "codes and keys",
    "case_bulk_row.before": "codes and keys",
    "case_clock.spans": "days, codes, and numbers of papers: none that tells of somebody is taken",
    "case_draft.facts": "what the step is taken with",
    "case_join.clocks": "days, and numbers of papers",
    "case_tally.parts": "figures",
    "handoff_clock.spans": "days",
    "handoff_draft.fields": "codes",
    "handoff_draft.files": "keys",
    "import_file.columns": "positions",
    "triage_training.categories": "codes and counts",
    "notice.facts": "codes, numbers, dates: the service refuses words",
    "notice.arguments": "numbers",
}


@dataclass(frozen=True)
class Canary:
    secrecy: str  # CITY | OWN | PRIV | SHUT
    whose: tuple[str, ...]  # the organisation, or sender and receiver
    column: str
    about: str  # the case, or the row

    def may_be_met_by(self, slug: str) -> bool:
        """Whether these people may meet it at all, without calling anything in."""
        if self.secrecy == "CITY":
            return True
        if self.secrecy == "SHUT":
            return slug == self.whose[0]
        return slug in self.whose or (self.secrecy == "OWN" and slug == "city")

    def __str__(self) -> str:
        return f"{self.secrecy}-{'.'.join(self.whose)}-{self.column}-{self.about}"


def found_in(body: bytes, name: str = "") -> set[Canary]:
    """Every canary in an answer, looked for inside of archives too."""
    if body[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as bundle:
            inner = {one.filename: bundle.read(one) for one in bundle.infolist()}
        return set().union(*(found_in(content, member) for member, content in inner.items()))
    if body[:5] == b"%PDF-":
        pages = PdfReader(io.BytesIO(body)).pages
        body = "".join("".join(page.extract_text().split()) for page in pages).encode()  # as it is set, in lines
    said = unquote(name) + "\n" + body.decode("utf-8", "replace")
    return {
        Canary(secrecy.upper(), tuple(whose.lower().split(".")), column.lower(), about.lower())
        for secrecy, whose, column, about in FOUND.findall(said)
    }


def letters(column: str) -> str:
    """SQL: the last six signs of a key, in letters."""
    return f"translate(right({column}::text, 6), '0123456789', 'ghijklmnop')"


def in_letters(key: Any) -> str:
    return str(key)[-6:].translate(str.maketrans("0123456789", "ghijklmnop"))


# Planting ------------------------------------------------------------------------------------------------------------


def texts(model: Any) -> Iterator[str]:
    """The columns of a table that hold words."""
    listed = allowed(model.__table__)
    for column in model.__table__.columns:
        name = f"{model.__tablename__}.{column.name}"
        if (
            isinstance(column.type, String)
            and column.name not in listed
            and column.computed is None
            and name not in CODES
            and not column.name.endswith(CODE_ENDINGS)
        ):
            yield column.name


def planted_models() -> dict[str, Any]:
    return {name: model for name, model in sorted(models().items()) if not issubclass(model, Reference)}


def columns_to_plant() -> set[str]:
    """table.column of everything that gets a canary."""
    words = {f"{name}.{column}" for name, model in planted_models().items() for column in texts(model)}
    sealed = {f"{model.__tablename__}.{name}" for model in sealing.models() for name in model.sealed_fields()}
    return words | sealed | set(INSIDE)


def json_columns() -> set[str]:
    return {
        f"{name}.{column.name}"
        for name, model in planted_models().items()
        for column in model.__table__.columns
        if isinstance(column.type, JSONB)
    }


def plant(scenario: Scenario) -> None:
    """As superuser: nobody's code writes these, so nobody's code can have left one out."""
    with scenario.root.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for name, model in planted_models().items():
            words = list(texts(model))
            if words:
                connection.execute(text(_update(name, model, words)))
            for column, inside in INSIDE.items():
                if column.startswith(f"{name}."):
                    connection.execute(text(_update_inside(name, model, column.partition(".")[2], inside)))
        for model in sealing.models():
            _seal(connection, model)
        for model in files.models():
            _write_files(scenario, connection, model)
    for slug in registry.places():
        with scenario.town.at(slug):
            rebuild()
            db.session.commit()


def _whose(name: str, model: Any) -> tuple[str, str, str]:
    """SQL: (secrecy, whose, other tables) for rows of a table called `it`."""
    if issubclass(model, Owned | Private) or "tenant_id" in model.__table__.c:
        secrecy = "'PRIV'" if issubclass(model, Private) else "'OWN'"
        if issubclass(model, Shared):
            secrecy = f"case when it.tenant_id = {BUREAU_ID} then 'CITY' else 'OWN' end"
        return secrecy, "one.slug", "tenant one where one.id = it.tenant_id"
    assert issubclass(model, Between | BetweenEntry), name
    secrecy = "'OWN'"
    if getattr(model, "confidential", False):
        secrecy = "case when it.open_to_receiver then 'PRIV' else 'SHUT' end"
    both = "tenant one, tenant other where one.id = it.sender_id and other.id = it.receiver_id"
    return secrecy, "one.slug || '.' || other.slug", both


def _about(model: Any) -> str:
    columns = model.__table__.c
    return "it.case_id" if "case_id" in columns else "it.subject_id" if "subject_id" in columns else "it.id"


def _canary(name: str, model: Any, column: str) -> str:
    secrecy, whose, _from = _whose(name, model)
    about = f"coalesce({_about(model)}, it.id)"
    return f"{secrecy} || '-' || {whose} || '-{name}.{column}-' || {letters(about)}"


def _update(name: str, model: Any, words: list[str]) -> str:
    sets = ", ".join(
        f"{column} = left({_canary(name, model, column)} || ' ' || coalesce(it.{column}, ''), 115)"
        if model.__table__.c[column].type.length
        else f"{column} = {_canary(name, model, column)} || ' ' || coalesce(it.{column}, '')"
        for column in words
    )
    return f"update {name} it set {sets} from {_whose(name, model)[2]}"


def _update_inside(name: str, model: Any, column: str, key: str) -> str:
    said = f"it.{column} || jsonb_build_object('{key}', {_canary(name, model, column)})"
    return f"update {name} it set {column} = {said} from {_whose(name, model)[2]} and it.{column} ? '{key}'"


def _rows(connection: Connection, model: Any, columns: str) -> list[Any]:
    name = model.__tablename__
    secrecy, whose, tables = _whose(name, model)
    about = letters(f"coalesce({_about(model)}, it.id)")
    query = f"select {columns}, it.id, {secrecy} as secrecy, {whose} as whose, {about} as about, one.id as tenant"
    return list(connection.execute(text(f"{query} from {name} it, {tables}")))


def _seal(connection: Connection, model: Any) -> None:
    name = model.__tablename__
    for field, sealed in model.sealed_fields().items():
        for row in _rows(connection, model, f"it.{sealed.column} as was"):
            if row.was is not None:
                cell = {"tenant": row.tenant, "table": name, "column": sealed.column, "row": row.id}
                said = f"{row.secrecy}-{row.whose}-{name}.{field}-{row.about}"
                if inside := SEALED_INSIDE.get(f"{name}.{field}"):
                    said = json.dumps({inside: said})
                connection.execute(
                    text(f"update {name} set {sealed.column} = :sealed where id = :id"),
                    {"sealed": sealing.seal(said, **cell), "id": row.id},
                )


def _write_files(scenario: Scenario, connection: Connection, model: Any) -> None:
    """Other bytes in the place of the stored ones, of the same kind of file."""
    name = model.__tablename__
    between = issubclass(model, BetweenEntry)
    wanted = "it.stored_as, it.media_type" + (", it.handoff_id" if between else "")
    for row in _rows(connection, model, wanted):
        body = _paper(row.media_type, f"{row.secrecy}-{row.whose}-{name}.bytes-{row.about}")
        area = f"handoffs/{row.tenant}/{row.handoff_id}" if between else str(row.tenant)
        key = str(row.stored_as)
        _overwrite(scenario.files / area / key[:2] / key, body)
        connection.execute(
            text(f"update {name} set size = :size, sha256 = :hash where id = :id"),
            {"size": len(body), "hash": hashlib.sha256(body).hexdigest(), "id": row.id},
        )


def _overwrite(path: Path, body: bytes) -> None:
    assert path.exists(), f"{path}: the store keeps its files elsewhere now"
    path.write_bytes(body)


def _paper(media_type: str, canary: str) -> bytes:
    if media_type == "image/jpeg":
        return papers.picture(comment=canary.encode())
    if media_type.endswith("wordprocessingml.document"):
        return papers.docx(docProps__core=canary.encode())
    if media_type.endswith("spreadsheetml.sheet"):
        return _sheet(canary)
    return canary.encode()


def _sheet(canary: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row, (number, words) in enumerate((("留言编号", "留言详情"), ("1", canary))):
            sheet.write_row(row, 0, (number, words))
    return out.getvalue()

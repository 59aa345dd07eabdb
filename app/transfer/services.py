"""Taking a file of messages in: in batches that are each all or nothing, so that it can be stopped and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app import audit
from app.accounts.models import Person
from app.audit.models import Remark
from app.cases.models import Case, CaseStatement
from app.cases.services import Complaint, entitle, lodge_many
from app.cases.services.intake import LONGEST_TITLE
from app.core import clock, unit
from app.core.errors import Invalid, WrongMoment
from app.core.numbering import next_number
from app.core.privacy import redact
from app.files import services as stored
from app.files.accept import Accepted
from app.files.store import store
from app.transfer import jobs, sheet
from app.transfer.models import Import, ImportFault, ImportState
from app.transfer.sheet import Fault, Message, Sheet, messages
from tenants import realm
from tenants.database import db

BATCH = 250
_WATCH = audit.Watch(codes=("columns", "status"))


def begin(file: Accepted, by: Any, *, channel: str = "hotline") -> Import:
    """Keep the file and suggest what its columns are. Raises Invalid beside `file` when nobody can read it."""
    with sheet.read(file.content) as found:
        columns, rows = sheet.suggest(found.head), len(found)
    file.content.seek(0)
    (batch,) = stored.attach(
        Import,
        [file],
        number=next_number("import", clock.today().year),
        status=ImportState.MAPPING.value,
        channel=channel,
        columns=columns,
        rows=rows,
        begun_by=getattr(by, "id", None),
        begun_at=clock.now(),
    )
    db.session.flush()
    audit.record("import.begin", batch, by, facts={"rows": batch.rows})
    return batch


@contextmanager
def opened(batch: Import) -> Iterator[Sheet]:
    """The file again, from its bytes."""
    with store.open(batch) as content, sheet.read(content) as found:
        yield found


def start(batch: Import, columns: dict[str, int], by: Any) -> None:
    """Queue it with these columns. Raises Invalid when a needed one is missing, or one is used twice."""
    db.session.refresh(batch, with_for_update=True)  # two clicks are one start
    if batch.status not in (ImportState.MAPPING, ImportState.STOPPED, ImportState.FAILED):
        raise WrongMoment(_("This import is already running or finished."))
    ready(batch, columns, by)
    unit.afterwards(jobs.run, batch=batch.id)


def ready(batch: Import, columns: dict[str, int], by: Any) -> None:
    """Check the columns and let it run. Raises Invalid when a needed one is missing, or one is used twice."""
    for what, (name, needed, _headings) in sheet.WANTED.items():
        if needed and what not in columns:
            raise Invalid(what, _("Choose the column for “%(name)s”.", name=name))
    if len(set(columns.values())) < len(columns):
        raise Invalid("columns", _("The same column was chosen twice."))
    was = _WATCH.look(batch)
    batch.columns, batch.status = columns, ImportState.RUNNING.value
    audit.record("import.start", batch, by, facts={"position": batch.position}, changes=_WATCH.since(was, batch))


def stop(batch: Import, by: Any) -> None:
    """Stop at the next edge of a batch; what is in stays in, and it can be gone on with."""
    db.session.refresh(batch, with_for_update=True)  # it may have ended in this moment
    if batch.status != ImportState.RUNNING:
        raise WrongMoment(_("This import is not running."))
    batch.status = ImportState.STOPPED.value
    audit.record("import.stop", batch, by, facts={"position": batch.position})


def run(batch_id: UUID, *, tell: Callable[[Import], None] = lambda batch: None) -> Import:
    """Take the rows in, batch by batch, each committed with the position reached; goes on where it was left."""
    mine = realm.current().writes
    batch = db.session.get_one(Import, (mine, batch_id))
    by = db.session.get(Person, (mine, batch.begun_by)) if batch.begun_by else None
    with opened(batch) as found:
        while True:
            # Locked while a part is taken in: whoever else runs the same import waits, and goes on behind it.
            db.session.refresh(batch, with_for_update=True)
            part = list(islice(messages(found, batch.columns, batch.position), BATCH))
            if batch.status != ImportState.RUNNING or not part:
                break
            _take(batch, part, by)
            db.session.commit()
            tell(batch)
    if batch.status == ImportState.RUNNING:
        batch.status, batch.ended_at = ImportState.DONE.value, clock.now()
        counts = {"imported": batch.imported, "already": batch.already, "rejected": batch.rejected}
        audit.record("import.done", batch, by, facts=counts)
        db.session.commit()
    return batch


def fail(batch_id: UUID) -> None:
    """Note that it broke off; what is in stays in, and it can be gone on with."""
    batch = db.session.get_one(Import, (realm.current().writes, batch_id))
    batch.status = ImportState.FAILED.value
    audit.record("import.failed", batch, None, facts={"position": batch.position})


def _take(batch: Import, part: Sequence[Message | Fault], by: Any) -> None:
    """One batch: new messages become cases; repeated ones leave at most a note; faults are written down."""
    keys = {row.line: f"{batch.channel}:{row.reference}" for row in part if isinstance(row, Message)}
    good = [row for row in part if isinstance(row, Message)]
    faults = [row for row in part if isinstance(row, Fault)]
    first: dict[str, Message] = {}
    complaints: dict[str, Complaint] = {}
    for row in list(good):
        if (name := keys[row.line]) not in first:
            complaint = _complaint(row, batch.channel)
            try:
                complaint.check()
            except Invalid:  # one row that cannot be taken is a line of the report, and keeps no other one out
                faults.append(Fault(row.line, row.reference, "other"))
                good.remove(row)
            else:
                first[name], complaints[name] = row, complaint
    made = lodge_many(list(complaints.items()), by)
    for name, row in first.items():
        if name in made and row.label:
            _note_label(made[name], row, by)
    again = [row for row in good if keys[row.line] not in made or first[keys[row.line]] is not row]
    known = _known({keys[row.line] for row in again})
    repeated = [row for row in again if _same_words(row, known[keys[row.line]][1])]
    _note_new_labels([(row, known[keys[row.line]][0]) for row in repeated if row.label], by)
    faults += [Fault(row.line, row.reference, "differs") for row in again if row not in repeated]
    db.session.add_all(
        ImportFault(import_id=batch.id, line=row.line, reference=row.reference, reason=row.reason) for row in faults
    )
    batch.imported += len(made)
    batch.already += len(repeated)
    batch.rejected += len(faults)
    batch.position += len(part)


def _known(keys: set[str]) -> dict[str, tuple[Case, str]]:
    """key -> the case that this message has become, and its words by now."""
    query = (
        select(Case, CaseStatement.facts)
        .join(CaseStatement, CaseStatement.case_id == Case.id)
        .where(Case.submission_key.in_(keys))
    )
    return {case.submission_key or "": (case, facts) for case, facts in db.session.execute(query)} if keys else {}


def _same_words(row: Message, known: str) -> bool:
    """Whether it is the message that is there already; what was added to that since stands behind it."""
    return known.startswith(_facts(row))


def _facts(row: Message) -> str:
    return row.facts if not row.title or row.title in row.facts else f"{row.title}\n{row.facts}"


def _complaint(row: Message, channel: str) -> Complaint:
    """What was said, and no guess at what it means: category and merchant wait for a person."""
    title = redact(row.title)
    return Complaint(
        facts=_facts(row),
        heading=title if len(title) <= LONGEST_TITLE else entitle(row.title),
        name=row.name,
        phone=row.phone,
        address=row.address,
        merchant_name=redact(row.merchant),
        channel=channel,
        reference=row.reference,
        told_at=row.told_at,
    )


def _note_label(case: Case, row: Message, by: Any) -> None:
    audit.record("case.note", case, by, text=label_words(row))


def label_words(row: Message) -> str:
    return _("Label given by the source: %(label)s", label=row.label)


def _note_new_labels(labelled: Sequence[tuple[Message, Case]], by: Any) -> None:
    """The same message with another label: the label is kept as a note, once."""
    if not labelled:
        return
    audit.flush()
    known = _words_on([case.id for _row, case in labelled])
    for row, case in labelled:
        if label_words(row) not in known.get(case.id, set()):
            known.setdefault(case.id, set()).add(label_words(row))
            _note_label(case, row, by)


def _words_on(case_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    for row in db.session.execute(select(Remark.subject_id, Remark.text).where(Remark.subject_id.in_(case_ids))):
        found.setdefault(row.subject_id, set()).add(row.text)
    return found


def report(batch: Import) -> Iterator[list[str]]:
    """The rows that could not be taken: line, number, reason; for the download."""
    yield [_("Line"), _("Number at the source"), _("Why it was not taken")]
    faults = select(ImportFault).where(ImportFault.import_id == batch.id).order_by(ImportFault.line)
    for fault in db.session.scalars(faults):
        yield [str(fault.line), fault.reference, str(sheet.REASONS[fault.reason])]

"""What stands for what in addresses: for every variable of a route, the real values that an organisation has."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from app.cases.lists import LISTS
from app.cases.papers.workflow import PAPER
from app.cases.services import PERSONAL
from app.cases.workflow import CASE
from app.handbook.contents import CHAPTERS
from app.handoffs import packet
from app.handoffs.workflow import LETTER, REFERRAL, REQUEST
from app.investigations.workflow import INVESTIGATION
from app.mediation.workflow import SESSION
from app.merchants.dealings.workflow import COMMITMENT, INTERVIEW
from tests.isolation.scenario import Scenario

_OF = "where it.tenant_id = :t order by it.id"
_CASES = f"select it.number from case_record it {_OF}"
_JOINT = "where it.tenant_id = :t and it.people > 1 and it.nature = 'C'"
_WITH_CASE = "join case_record case_ on (case_.tenant_id, case_.id) ="
_IN_GROUP = f"join case_group one on (one.tenant_id, one.id) = (it.tenant_id, it.group_id) {_OF}"
_REFERENCE = "one.slug || '-' || it.number"
_EXCHANGE = "from handoff it join tenant one on one.id = it.sender_id"
_OURS = "where :t in (it.sender_id, it.receiver_id) order by it.id"
_COUNTY = "join tenant one on one.id = it.tenant_id"

# (endpoint or area, its variables in alphabetical order) -> the rows of real values that an organisation has
IDENTIFIERS: dict[tuple[str, str], str] = {
    ("cases", "number"): _CASES,
    ("cases", "file_id number"): (
        f"select it.id, case_.number from case_file it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"
    ),
    ("cases", "draft_id number"): (
        f"select it.id, case_.number from case_draft it {_WITH_CASE} (it.tenant_id, it.subject_id) {_OF} desc"
    ),
    ("cases.clock", "clock_id number"): (
        f"select it.id, case_.number from case_clock it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"
    ),
    ("papers", "number"): _CASES,
    ("papers", "number paper_id"): (
        f"select case_.number, it.id from case_document it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"
    ),
    ("worklist", "bulk_id"): f"select it.id from case_bulk it {_OF}",
    ("worklist", "export_id"): f"select it.id from case_export it {_OF}",
    ("worklist", "number"): _CASES,
    ("worklist", "key"): f"select it.id from case_filter it {_OF}",
    ("papers.receipt", "number paper_id receipt_id"): (
        "select case_.number, paper.id, it.id from case_document_receipt it "
        "join case_document_service served on served.id = it.service_id "
        "join case_document paper on paper.id = served.document_id "
        f"{_WITH_CASE} (paper.tenant_id, paper.case_id) {_OF}"
    ),
    ("investigations.new", "number"): _CASES,
    ("investigations", "number"): (
        f"select case_.number from investigation it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"
    ),
    ("investigations", "file_id number"): (
        "select it.id, case_.number from evidence_item_file it join evidence_item item on item.id = it.item_id "
        "join investigation one on one.id = item.investigation_id "
        f"{_WITH_CASE} (one.tenant_id, one.case_id) {_OF}"
    ),
    ("advocacy.new", "number"): _CASES,
    ("advocacy", "number"): (f"select case_.number from exposure it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"),
    ("documents.check", "ticket"): f"select it.ticket_hash from document_check it {_OF}",
    ("merchants", "number"): f"select it.number from merchant it {_OF}",
    ("merging", "number"): f"select it.number from merchant it {_OF}",
    ("merging", "number other"): f"select it.number, it.number as other from merchant it {_OF}",
    ("dealings", "number"): f"select it.number from merchant it {_OF}",
    ("dealings", "key number"): (
        f"select dealt.id, it.number from merchant it join (select tenant_id, id, merchant_id from merchant_interview "
        "union all select tenant_id, id, merchant_id from merchant_commitment) dealt "
        f"on (dealt.tenant_id, dealt.merchant_id) = (it.tenant_id, it.id) {_OF}, dealt.id"
    ),
    ("transfer", "number"): f"select it.number from import_file it {_OF}",
    ("handoffs", "reference"): f"select {_REFERENCE} {_EXCHANGE} {_OURS}",
    ("handoffs", "file reference"): (
        f"select file.id, {_REFERENCE} {_EXCHANGE} join handoff_file file on file.handoff_id = it.id {_OURS}"
    ),
    ("handoffs.new", "number"): _CASES,
    ("handoffs", "number"): f"select it.number from handoff_draft it {_OF}",
    ("parties", "number"): _CASES,
    ("callbacks", "call_back_id"): f"select it.id from call_back it {_OF}",
    ("staffing", "absence_id"): f"select it.id from absence it {_OF}",
    ("tasks", "task_id"): f"select it.id from task it {_OF}",
    ("alike", "number"): _CASES,
    ("contacts", "number"): _CASES,
    ("phrases", "number"): _CASES,
    ("phrases", "key"): "select id from phrase where tenant_id = :t and owner_id is not null order by id",
    ("center_phrases", "key"): "select id from phrase where tenant_id = :t and owner_id is null order by id",
    ("links", "number"): _CASES,
    ("links", "link_id number"): (
        f"select it.id, case_.number from case_link it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"
    ),
    ("claimants", "number"): _CASES,
    ("suggestions", "number"): _CASES,
    ("groups", "case"): _CASES,
    ("groups", "number"): f"select it.number from case_group it {_OF}",
    ("groups", "member_id number"): f"select it.id, one.number from group_member it {_IN_GROUP}",
    ("groups", "file_id number"): f"select it.id, one.number from group_file it {_IN_GROUP}",
    ("groups", "number payment_id"): f"select one.number, it.id from group_payment it {_IN_GROUP}",
    ("groups", "file_id number payment_id"): (
        "select it.id, one.number, paid.id from group_proof it "
        "join group_payment paid on (paid.tenant_id, paid.id) = (it.tenant_id, it.payment_id) "
        f"join case_group one on (one.tenant_id, one.id) = (paid.tenant_id, paid.group_id) {_OF}"
    ),
    ("groups", "batch_id number"): f"select it.id, one.number from group_batch it {_IN_GROUP}",
    ("parties.reveal", "number party_id"): (
        f"select case_.number, it.id from case_party it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"
    ),
    ("shares", "number"): f"select it.number from case_record it {_JOINT} order by it.id",
    ("shares", "number party_id"): (
        "select it.number, party.id from case_record it join case_party party on party.case_id = it.id "
        f"{_JOINT} and party.role = 'complainant' order by party.agreement_id nulls last, party.id"
    ),
    ("shares", "number part_id"): (
        "select it.number, part.id from case_record it join mediation_instalment part on part.case_id = it.id "
        f"{_JOINT} order by part.id"
    ),
    ("shares", "number share_id"): (
        f"select it.number, share.id from case_record it join case_share share on share.case_id = it.id {_JOINT} "
        "and share.alone order by share.id"
    ),
    ("mediation", "number"): _CASES,
    ("mediation", "number session_id"): (
        f"select case_.number, it.id from mediation_session it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"
    ),
    ("mediation", "number part_id"): (
        f"select case_.number, it.id from mediation_instalment it {_WITH_CASE} (it.tenant_id, it.case_id) {_OF}"
    ),
    ("mediation", "number proof_id"): (
        "select case_.number, it.id from mediation_proof it join mediation_instalment part "
        "on (part.tenant_id, part.id) = (it.tenant_id, it.instalment_id) "
        f"{_WITH_CASE} (part.tenant_id, part.case_id) {_OF}"
    ),
    ("mediation.fed", "ticket"): f"select it.ticket_hash from mediation_feed it {_OF}",
    ("mediators", "mediator_id"): f"select it.id from mediator it {_OF}",
    ("mediators", "room_id"): f"select it.id from mediation_room it {_OF}",
    ("reference.entry", "code name"): f"select it.code, it.listed from list_entry it {_OF} desc",
    ("accounts", "person_id"): f"select it.id from person it {_OF}",
    ("accounts", "sign_in_id"): f"select it.id from sign_in it {_OF}",
    ("notifications", "notice_id"): f"select it.id from notice it {_OF}",
    ("notifications", "muted_id"): f"select it.id from notice_muted it {_OF}",
    ("bureau", "slug"): "select slug from tenant where id = :t",
    ("bureau", "number slug"): f"select it.number, one.slug from case_record it {_COUNTY} {_OF}",
    ("bureau", "number paper slug"): (
        f"select case_.number, it.id, one.slug from case_file it {_WITH_CASE} (it.tenant_id, it.case_id) "
        f"{_COUNTY} {_OF}"
    ),
    ("bureau", "reference"): f"select {_REFERENCE} {_EXCHANGE} {_OURS}",
    ("bureau.give_back", "number"): f"select it.number from file_grant it {_OF}",
}
# Variables that choose among a few words of ours, the same everywhere.
WORDS: dict[tuple[str, str], list[str]] = {
    ("cases", "name"): list(CASE.by_name),
    ("roles", "code"): ["handler", "head", "supervisor"],
    ("handbook", "code"): list(CHAPTERS),
    ("deadlines", "version"): ["8"],  # of the calendar, which is everybody's
    ("reference.show", "name"): list(LISTS),
    ("reference.new", "name"): list(LISTS),
    ("cases", "field"): list(PERSONAL),
    ("groups", "code"): ["minutes"],
    ("dealings", "kind"): ["interviews", "commitments"],
    ("dealings", "step"): [*INTERVIEW.by_name, *COMMITMENT.by_name],
    ("signals", "code"): ["LC1", "LC4"],
    ("papers", "kind"): ["minutes", "recusal"],
    ("templates", "kind"): ["report-result", "minutes"],
    ("papers", "step"): list(PAPER.by_name),
    ("mediation", "step"): list(SESSION.by_name),
    ("investigations", "step"): list(INVESTIGATION.by_name),
    ("advocacy", "kind"): ["exposure", "litigation"],
    ("advocacy", "step"): ["approve", "check", "file"],
    ("handoffs", "field"): list(packet.FIELDS),
    ("handoffs.letter_step", "step"): list(LETTER.by_name),
    ("handoffs", "step"): list(dict.fromkeys([*REFERRAL.by_name, *REQUEST.by_name])),
}


def lookup(table: dict[tuple[str, str], Any], endpoint: str, variable: str) -> Any:
    """The entry for this very page, else the one for its area; None for neither."""
    return table.get((endpoint, variable)) or table.get((endpoint.partition(".")[0], variable))


def rules(app: Any, method: str) -> Iterator[Any]:
    """The routes of the portal that take a method."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and method in rule.methods:
            yield rule


def keys(rule: Any) -> list[str]:
    """The variables of a route that name something of somebody, not one of our words."""
    return sorted(name for name in rule.arguments if lookup(WORDS, rule.endpoint, name) is None)


def known(scenario: Scenario, rule: Any, slug: str) -> list[dict[str, str]]:
    """The real values of an organisation for the keys of a route. A new kind has to be entered above."""
    names = keys(rule)
    if not names:
        return [{}]
    query = lookup(IDENTIFIERS, rule.endpoint, " ".join(names))
    assert query, f"{rule.endpoint}: say in identifiers.py where the values of {names} are found"
    rows = scenario.rows(query, t=scenario.tenant(slug))
    return [dict(zip(names, map(str, row), strict=True)) for row in rows]


def words(rule: Any) -> list[dict[str, str]]:
    """Every choice among our words that a route has variables for."""
    listed = {name: lookup(WORDS, rule.endpoint, name) for name in sorted(rule.arguments - set(keys(rule)))}
    return [dict(zip(listed, chosen, strict=True)) for chosen in product(*listed.values())]


def filled(rule: Any, **chosen: str) -> str:
    """The path of a rule with its variables filled in."""
    path = str(rule.rule)
    for name in rule.arguments:
        kind = type(rule._converters[name]).__name__
        written = f"<uuid:{name}>" if kind == "UUIDConverter" else f"<{name}>"
        assert written in path, f"{rule}: a converter that the tests do not know"
        path = path.replace(written, chosen[name])
    return path


def addresses(scenario: Scenario, app: Any, slugs: tuple[str, ...], most: int, method: str = "GET") -> Iterator[str]:
    """Every route with the first `most` things of each organisation that it can be about."""
    for rule in rules(app, method):
        for slug in slugs:
            for row in known(scenario, rule, slug)[:most]:
                for word in words(rule):
                    yield filled(rule, **row, **word)

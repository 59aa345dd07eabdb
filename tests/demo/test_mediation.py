"""Mediation stands in the demo too: a register, sessions held and to come, offers, an agreement in instalments."""

from __future__ import annotations

from sqlalchemy import Engine, text


def test_counties_mediate(built: int, root: Engine) -> None:
    with root.connect() as connection:

        def rows(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(query))]

        ((centers,),) = rows("select count(*) from tenant where kind = 'center' and active")
        assert rows("select count(*), count(distinct tenant_id) from mediation_room") == [(2 * centers, centers)]
        assert {row[0] for row in rows("select distinct kind from mediator")} == {"inside", "person", "body"}
        assert {row[0] for row in rows("select distinct status from mediation_session")} == {"planned", "held"}
        assert rows("select count(*) from mediation_booking where starts_at >= ends_at") == [(0,)]
        assert {row[0] for row in rows("select distinct side from mediation_offer")} == {
            *("consumer", "merchant", "mediator")
        }
        assert rows(
            "select distinct ordinal, part.status from mediation_instalment part "
            "join case_agreement agreed on agreed.id = agreement_id "
            "where agreed.case_id not in (select case_id from group_member) "
            "and agreed.id in (select agreement_id from mediation_instalment where ordinal = 3) order by ordinal"
        ) == [*((1, "done"), (2, "due"), (3, "due"))]
        assert (
            rows(
                "select agreement_id from mediation_instalment part "
                "join case_agreement agreed on agreed.id = agreement_id "
                "group by agreement_id, agreed.amount having sum(part.amount) <> agreed.amount"
            )
            == []
        )

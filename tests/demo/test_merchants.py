"""The demo's counties have called a merchant in, and have entries that are double."""

from __future__ import annotations

from sqlalchemy import func, select

from app.demo.city import CITY
from app.merchants.dealings.models import MerchantCommitment, MerchantInterview
from app.merchants.merging import queries
from app.merchants.merging.models import MerchantApart, MerchantMerge
from tenants import realm
from tenants.database import db
from tenants.registry import registry


def test_every_county_has_called_one_in_and_looked_after_its_register(built: int) -> None:
    for place in CITY.centers:
        with realm.enter(registry.realm(place.slug), db.leave):
            talks = sorted(db.session.scalars(select(MerchantInterview.status)))
            words = sorted(db.session.scalars(select(MerchantCommitment.status)))
            assert talks == ["called", "held"], place.slug
            assert words == ["broken", "kept", "open"], place.slug
            for model in (MerchantMerge, MerchantApart):
                assert db.session.scalar(select(func.count()).select_from(model)) == 1, place.slug
            assert len(queries.proposals()) >= 1, place.slug

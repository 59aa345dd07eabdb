"""A sum is shared out to the fen: exact, within what is open, in proportion."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.sharing import FEN, evenly, share_out

FENS = st.integers(0, 10**9).map(lambda fen: fen * FEN)
LINES = st.lists(st.tuples(FENS, FENS), min_size=1, max_size=60)  # (agreed, open)


@given(LINES, st.integers(0, 10**6))
def test_the_sum_is_exact_and_nobody_gets_more_than_is_open(lines, portion):
    weights, caps = zip(*lines, strict=True)
    total = (sum(caps) * portion / 10**6).quantize(FEN, rounding="ROUND_DOWN")
    shares = share_out(total, weights, caps)
    assert sum(shares) == total
    assert all(0 <= share <= cap for share, cap in zip(shares, caps, strict=True))
    assert shares == share_out(total, weights, caps)


@given(st.lists(FENS, min_size=1, max_size=60).filter(any), st.integers(0, 10**6))
def test_where_nothing_is_paid_yet_each_is_within_a_fen_of_the_proportion(agreed, portion):
    whole = sum(agreed)
    total = (whole * portion / 10**6).quantize(FEN, rounding="ROUND_DOWN")
    for share, weight in zip(share_out(total, agreed, agreed), agreed, strict=True):
        assert abs(share - total * weight / whole) < FEN


@given(st.lists(FENS, min_size=1, max_size=30).filter(any), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_instalments_add_up_to_what_was_agreed_for_everybody(agreed, portions):
    """Whatever the parts: once the last one is paid, each has got exactly what was agreed."""
    left, paid = sum(agreed), [Decimal()] * len(agreed)
    for n, portion in enumerate(portions, start=1):
        total = left if n == len(portions) else (left * portion / 10**6).quantize(FEN, rounding="ROUND_DOWN")
        caps = [due - got for due, got in zip(agreed, paid, strict=True)]
        paid = [got + share for got, share in zip(paid, share_out(total, agreed, caps), strict=True)]
        left -= total
    assert paid == agreed


@given(st.lists(FENS, min_size=2, max_size=30).filter(any), st.integers(0, 10**6))
def test_who_agreed_on_more_never_gets_less(agreed, portion):
    total = (sum(agreed) * portion / 10**6).quantize(FEN, rounding="ROUND_DOWN")
    shares = share_out(total, agreed, agreed)
    ordered = sorted(zip(agreed, shares, strict=True))
    for (less, small), (more, large) in pairwise(ordered):
        assert less == more or small <= large


@given(FENS, st.integers(1, 60))
def test_even_parts_are_exact_and_differ_by_a_fen(total, count):
    parts = evenly(total, count)
    assert sum(parts) == total
    assert max(parts) - min(parts) <= FEN


@pytest.mark.parametrize(
    ("total", "agreed", "open_", "shares"),
    [
        # 100 yuan among three with the same claim: the odd fen to the first
        ("100", "1 1 1", "99 99 99", "33.34 33.33 33.33"),
        # 3 : 2 : 1 of 1 yuan: 50, 33.33…, 16.66… fen; the largest remainder is the third
        ("1.00", "300 200 100", "300 200 100", "0.50 0.33 0.17"),
        # the first has 10 left: what is cut off goes to the two others, 2 : 1
        ("100", "300 200 100", "10 200 100", "10.00 60.00 30.00"),
        # nothing agreed with the second: served last
        ("10", "5 0", "5 8", "5.00 5.00"),
    ],
)
def test_by_hand(total, agreed, open_, shares):
    weights, caps, wanted = ([Decimal(one) for one in said.split()] for said in (agreed, open_, shares))
    assert share_out(Decimal(total), weights, caps) == wanted


@pytest.mark.parametrize(("total", "caps"), [("1", "0.50"), ("-1", "5"), ("0.001", "5")])
def test_what_cannot_be_shared_is_refused(total, caps):
    with pytest.raises(ValueError, match=r"shared|fen"):
        share_out(Decimal(total), [Decimal(1)], [Decimal(caps)])

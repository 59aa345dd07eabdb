"""Sharing a sum out in proportion, to the fen: nothing is lost in rounding and nobody gets more than is open."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

FEN = Decimal("0.01")


def share_out(total: Decimal, weights: Sequence[Decimal], caps: Sequence[Decimal]) -> list[Decimal]:
    """`total` in proportion to `weights`, nobody more than the cap, by largest remainders; the sum is exact.

    What somebody's cap cuts off goes to the others, in proportion again. The first of two equal remainders wins, so
    that the same question has the same answer. Raises ValueError where the caps hold less than the total.
    """
    left, limits = _fen(total), [_fen(cap) for cap in caps]
    heavy = [_fen(weight) for weight in weights]
    if min([left, *limits, *heavy]) < 0 or left > sum(limits):
        raise ValueError("more than can be shared out")
    shares = [0] * len(limits)
    open_ = [n for n, limit in enumerate(limits) if limit > 0]
    while left:
        # Those without weight are served last, evenly, once nobody with weight has room.
        among = [n for n in open_ if heavy[n]] or open_
        parts = _largest_remainders(left, [heavy[n] or 1 for n in among])
        over = [n for n, part in zip(among, parts, strict=True) if part > limits[n]]
        for n, part in zip(among, parts, strict=True):
            if not over or n in over:
                shares[n] = min(part, limits[n])
                left -= shares[n]
        open_ = [n for n in open_ if n not in over] if over else []
    return [share * FEN for share in shares]


def evenly(total: Decimal, count: int) -> list[Decimal]:
    """`total` in so many parts that differ by a fen at most, the larger ones first."""
    return [part * FEN for part in _largest_remainders(_fen(total), [1] * count)]


def _largest_remainders(total: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts


def _fen(amount: Decimal) -> int:
    fen = amount / FEN
    if fen != int(fen):
        raise ValueError(f"{amount} is no amount in fen")
    return int(fen)

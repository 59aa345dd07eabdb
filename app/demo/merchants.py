"""The merchants of Jiangzhou: shops, firms and chains under valid but invented credit codes."""

import tomllib
from dataclasses import dataclass
from random import Random

from stdnum.cn import uscc

from app.demo.city import CITY, DATA, Office
from app.demo.people import full_name

_TRADES = tomllib.loads((DATA / "trades.toml").read_text("utf-8"))
CHAINS = tuple(_TRADES.pop("chain")["shops"])
TRADES: dict[str, str] = {code: trade["title"] for code, trade in _TRADES.items()}

_ORGANISATION_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Merchant:
    """A place of business in one county; the shops of a chain share `chain` and differ in everything else."""

    key: int
    sign: str
    name: str
    county: str
    trade: str
    address: str
    credit_code: str
    legal_representative: str
    phone: str
    chain: str | None
    weight: float


def credit_code(rng: Random, kind: str, region_code: str) -> str:
    """A unified social credit code (GB 32100-2015), the organisation code inside with its own check (GB 11714)."""
    body = "MA" + "".join(rng.choices(_ORGANISATION_ALPHABET, k=6))
    worth = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
    total = sum(worth[char] * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    number = f"9{kind}{region_code}{body}{'0123456789X0'[11 - total % 11]}"
    return number + uscc.calc_check_digit(number)


def merchants(count: int = 300, seed: int = 7) -> tuple[Merchant, ...]:
    """The merchants of the city; counties do not have every trade, so people also buy elsewhere."""
    rng = Random(f"merchants:{seed}")
    chains = [(CITY.offices[slug], shop) for shop in CHAINS for slug in shop[3]]
    urban = [(office, trade) for office, trade in _candidates() if office.urban]
    rural = [(office, trade) for office, trade in _candidates() if not office.urban]
    kept = sorted(rng.sample(range(len(rural)), count - len(chains) - len(urban)))
    shops = [*urban, *(rural[index] for index in kept)]
    brands: dict[tuple[str, str], list[str]] = {}
    found = [_branch(rng, key, office, shop) for key, (office, shop) in enumerate(chains)]
    for key, (office, trade) in enumerate(shops, start=len(found)):
        left = brands.setdefault((office.slug, trade), rng.sample(_free(office, trade), k=len(_free(office, trade))))
        found.append(_shop(rng, key, office, trade, left.pop()))
    return tuple(found)


def _candidates() -> list[tuple[Office, str]]:
    return [
        (office, code)
        for office in CITY.centers
        for code, trade in _TRADES.items()
        for _ in range(trade["count"][0 if office.urban else 1])
    ]


def _free(office: Office, trade: str) -> list[str]:
    """The brands of a trade that no chain has taken in that county."""
    taken = {sign for sign, _, kind, counties in CHAINS if kind == trade and office.slug in counties}
    return [brand for brand in _TRADES[trade]["brands"] if not any(sign.startswith(brand) for sign in taken)]


def _branch(rng: Random, key: int, office: Office, shop: list) -> Merchant:
    sign, firm, trade, _ = shop
    seat = "" if office.urban else f"{office.county[:-1]}分公司"
    road = rng.choice(office.roads)
    address = f"江州市{office.county}{office.towns[0]}{road}{rng.randint(1, 388)}号"
    return _merchant(rng, key, office, trade, f"{sign}({road}店)", firm + seat, address, chain=sign, weight=2.5)


def _shop(rng: Random, key: int, office: Office, trade: str, brand: str) -> Merchant:
    facts = _TRADES[trade]
    brand = brand.format(c=office.county[:-1])
    sign = rng.choice(facts["signs"]).format(b=brand, c=office.county[:-1])
    firm = rng.choice(facts["firms"]).format(b=brand, c=office.county)
    prefix = "" if firm.startswith(office.county[:-1]) else office.county
    weight = rng.paretovariate(1.6)
    return _merchant(rng, key, office, trade, sign, prefix + firm, office.premises(rng), weight=weight)


def _merchant(
    rng: Random,
    key: int,
    office: Office,
    trade: str,
    sign: str,
    name: str,
    address: str,
    *,
    chain: str | None = None,
    weight: float,
) -> Merchant:
    owner = full_name(rng, rng.random() < 0.4, rng.randint(1962, 1998))
    return Merchant(
        key=key,
        sign=sign,
        name=name,
        county=office.slug,
        trade=trade,
        address=address,
        credit_code=credit_code(rng, "2" if "个体" in name else "1", office.region_code),
        legal_representative=owner[0] + "*" * (len(owner) - 1),
        phone=f"{CITY.area_code}-5{rng.randrange(10**6):06d}",
        chain=chain,
        weight=min(weight, 6.0),
    )

"""The consumers of Jiangzhou: people who do not exist, with papers that a form would accept."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from stdnum.iso7064 import mod_11_2

from app.demo.city import CITY, DATA, Office

_NAMES = tomllib.loads((DATA / "names.toml").read_text("utf-8"))

PREFIXES = ("199", "191", "193", "198", "195", "197", "165", "172", "190", "196")
_BLOCK = 10_000  # subscribers behind a prefix and four digits


@dataclass(frozen=True)
class Consumer:
    """Somebody who complains; `key` alone (with the seed) decides everything about them."""

    key: int
    name: str
    woman: bool
    born_on: date
    phone: str
    id_number: str
    address: str
    county: str

    def age(self, on: date) -> int:
        return on.year - self.born_on.year - ((on.month, on.day) < (self.born_on.month, self.born_on.day))


def given_name(rng: Random, woman: bool, born: int) -> str:
    """A given name as parents chose them when the bearer was born."""
    side = "women" if woman else "men"
    if born < 1965:
        return rng.choice(_NAMES["elder"][side])
    age = _NAMES["grown" if born < 1990 else "young"]
    if rng.random() < 0.14:
        return rng.choice(age["single"])
    return rng.choice(age[f"{side}1"]) + rng.choice(age[f"{side}2"])


def full_name(rng: Random, woman: bool, born: int) -> str:
    surname = rng.choice(_NAMES["rare"]) if rng.random() < 0.006 else rng.choice(_NAMES["surnames"])
    return surname + given_name(rng, woman, born)


def phone(key: int) -> str:
    """A mobile number, different for every key below one million; the blocks of zeros tell that it is made up."""
    slot, prefix = divmod(key, len(PREFIXES))
    block, line = divmod(slot, _BLOCK)
    return f"{PREFIXES[prefix]}000{block % 10}{(line * 7919 + prefix * 1237 + 4817) % _BLOCK:04d}"


def id_number(region_code: str, born_on: date, order: int) -> str:
    """A resident identity number with its check digit (GB 11643), of a region that does not exist."""
    number = f"{region_code}{born_on:%Y%m%d}{order:03d}"
    return number + mod_11_2.calc_check_digit(number)


def consumer(key: int, seed: int, home: Office | None = None, elderly: bool = False) -> Consumer:
    """The consumer with this key; `home` and `elderly` are wishes of whoever asks first."""
    rng = Random(f"consumer:{seed}:{key}:{elderly}")
    where = home or rng.choices(CITY.centers, [office.share for office in CITY.centers])[0]
    woman = rng.random() < 0.54
    born = rng.randint(1942, 1961) if elderly else round(rng.triangular(1958, 2006, 1989))
    born_on = date(born, 1, 1) + timedelta(days=rng.randrange(365))
    order = rng.randrange(0, 500) * 2 + (0 if woman else 1)
    return Consumer(
        key=key,
        name=full_name(rng, woman, born),
        woman=woman,
        born_on=born_on,
        phone=phone(key),
        id_number=id_number(where.region_code, born_on, order),
        address=where.home(rng),
        county=where.slug,
    )

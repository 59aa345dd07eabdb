"""The offices of Jiangzhou and the people who work in them."""

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"

PASSWORD = "hengping-demo-2026"  # noqa: S105 printed in the README: nothing behind it is real
"""One password for every account of the demo: the town is fictional, and the README prints it."""

TITLES = {
    "clerk": "登记员",
    "handler": "调解员",
    "director": "主任",
    "center_admin": "系统管理员",
    "supervisor": "督办科科长",
    "analyst": "统计分析员",
    "bureau_admin": "系统管理员",
    "officer": "联络员",
    "head": "科长",
}
"""What stands on the door of each role."""

STREETS = ("中心街", "新街", "老街", "集贸街", "车站路", "卫生院路")
"""The streets that every small town has."""


@dataclass(frozen=True)
class Official:
    """Somebody who signs in: a login in pinyin, unique inside the office, and one role of that kind of office."""

    office: str
    login: str
    name: str
    role: str

    @property
    def title(self) -> str:
        return TITLES[self.role]


@dataclass(frozen=True)
class Office:
    """A bureau, center or department; `county`, towns and streets are empty unless it is a center.

    A department has no letterhead: neither telephone, address nor hours.
    """

    slug: str
    kind: str
    name: str
    short_name: str
    region_code: str
    people: tuple[Official, ...]
    county: str = ""
    telephone: str = ""
    address: str = ""
    hours: str = ""
    share: int = 0
    towns: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    estates: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()

    def holding(self, role: str) -> tuple[Official, ...]:
        return tuple(person for person in self.people if person.role == role)

    @cached_property
    def urban(self) -> bool:
        """Whether it is a district (区): no villages, so neither farm supplies nor farmhouse addresses."""
        return not self.villages

    def home(self, rng: Random) -> str:
        """An address where somebody might live: mostly an estate of the county seat, else a street or a village."""
        if self.villages and rng.random() < 0.2:
            town, village = rng.choice(self.towns), rng.choice(self.villages)
            return f"江州市{self.county}{town}{village}{rng.randint(1, 14)}组{rng.randint(1, 60)}号"
        if self.villages and rng.random() < 0.2:
            return self._in_town(rng)
        block = f"{rng.randint(1, 16)}幢{rng.randint(1, 3)}单元{rng.randint(1, 17)}0{rng.randint(1, 4)}室"
        return self._in_seat(rng) + rng.choice(self.estates) + block

    def premises(self, rng: Random) -> str:
        """An address where a shop might be."""
        return self._in_town(rng) if self.villages and rng.random() < 0.2 else self._in_seat(rng)

    def _in_seat(self, rng: Random) -> str:
        town = rng.choice(self.towns) if self.urban else self.towns[0]
        return f"江州市{self.county}{town}{rng.choice(self.roads)}{rng.randint(1, 388)}号"

    def _in_town(self, rng: Random) -> str:
        town = rng.choice(self.towns[1:])
        return f"江州市{self.county}{town}{rng.choice(STREETS)}{rng.randint(1, 120)}号"


@dataclass(frozen=True)
class City:
    """The whole town; an office is found by its slug."""

    name: str
    region_code: str
    area_code: str
    bureau: Office
    centers: tuple[Office, ...]
    departments: tuple[Office, ...]

    @cached_property
    def offices(self) -> dict[str, Office]:
        return {office.slug: office for office in (self.bureau, *self.centers, *self.departments)}

    @cached_property
    def officials(self) -> tuple[Official, ...]:
        return tuple(person for office in self.offices.values() for person in office.people)


def _office(row: dict[str, object], kind: str, region_code: str) -> Office:
    facts: dict = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    facts.setdefault("region_code", region_code)
    slug = facts["slug"]
    facts["people"] = tuple(Official(slug, login, name, role) for login, name, role in facts["people"])
    return Office(kind=kind, **facts)


def _read() -> City:
    rows = tomllib.loads((DATA / "city.toml").read_text("utf-8"))
    code = rows["region_code"]
    return City(
        rows["name"],
        code,
        rows["area_code"],
        _office(rows["bureau"], "bureau", code),
        tuple(_office(row, "center", code) for row in rows["center"]),
        tuple(_office(row, "department", code) for row in rows["department"]),
    )


CITY = _read()

"""What happened in Jiangzhou: the life of every case, from its receipt to the last thing anybody did about it.

Pure: a seed and a moment give the same lives. Steps bear the names of the workflows of cases and handoffs, and the
facts that the forms of those steps would bring; the builder turns them into rows.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import accumulate, count
from random import Random

from app.core.clock import SHANGHAI
from app.deadlines.calendar import Calendar
from app.deadlines.profiles import Rules
from app.demo.biography import Biography
from app.demo.city import CITY, Office
from app.demo.merchants import Merchant, merchants
from app.demo.pace import OFFICE_HOURS
from app.demo.people import Consumer, consumer
from app.demo.records import Incoming, Life
from app.demo.texts import SITUATIONS, Situation, letter, matter

MONTHS = 18
OUTBREAK = "悦动健身"  # the gym that closed its doors
OUTBREAK_DAYS_AGO = 72
OUTBREAK_SHARE = 0.0145

_OUTBREAK_COUNTIES = ("linhe", "linhe", "linhe", "linhe", "linhe", "linhe", "anlan", "anlan", "pinghu")
_CLAIMANTS_WRITE = ("platform", "platform", "portal", "letter")
_CLAIMANTS = 4  # consumers with the lowest keys, who complain about labels all over the city
_CHANNELS = {
    "hotline": 30,
    "phone": 26,
    "window": 17,
    "platform": 15,
    "portal": 5,
    "station": 2.5,
    "association": 1.2,
    "letter": 1.2,
    "department": 0.7,
    "superior": 0.6,
    "mailbox": 0.6,
    "police": 0.2,
}
_ROUND_THE_CLOCK = {"hotline": 55, "platform": 32, "portal": 13}
_HOURS = (1, 0, 0, 0, 0, 0, 1, 3, 12, 20, 21, 15, 8, 8, 15, 17, 14, 9, 5, 4, 4, 3, 2, 1)


def lives(cases: int, seed: int, now: datetime, rules: Rules) -> Iterator[Life]:
    """The lives of so many first receipts in order of receipt; cases that were taken over come on top of them."""
    return _Chronicle(cases, seed, now.astimezone(SHANGHAI), rules).tell()


def receipts(cases: int, seed: int, now: datetime, calendar: Calendar) -> list[datetime]:
    """When complaints came in over the last eighteen months: by weekday, holiday, season and hour, in order."""
    rng = Random(f"receipts:{seed}")
    now = now.astimezone(SHANGHAI)
    first = _months_before(now.date(), MONTHS)
    days = [first + timedelta(days=n) for n in range((now.date() - first).days + 1)]
    found = []
    for day in rng.choices(days, [_busy(day, first, calendar) for day in days], k=cases):
        hour = rng.choices(range(24), _HOURS)[0]
        moment = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), SHANGHAI)
        found.append(moment if moment < now else moment - timedelta(days=1))
    return sorted(found)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))


def _busy(day: date, first: date, calendar: Calendar) -> float:
    """How many complaints such a day brings, against an ordinary one."""
    weight = (1.25, 1.1, 1.05, 1.0, 1.0, 0.55, 0.45)[day.weekday()]
    if not calendar.is_working_day(day) and day.weekday() < 5:
        weight = 0.4
    if day.month == 3 and 10 <= day.day <= 31:  # 3·15
        weight *= 2.6 if 14 <= day.day <= 17 else 1.6
    elif day.month == 11 and 8 <= day.day <= 27:  # Double 11, and the parcels after it
        weight *= 1.7
    elif day.month == 6 and 16 <= day.day <= 30:  # 6·18
        weight *= 1.25
    elif day.month == 10 and 6 <= day.day <= 15:  # home from the holiday
        weight *= 1.3
    elif day.month == 2:
        weight *= 0.85
    return weight * (1 + 0.25 * (day - first).days / 548)  # a little more every month


class _Chronicle:
    """All lives of one city: what they share, and the order in which they are told."""

    def __init__(self, cases: int, seed: int, now: datetime, rules: Rules) -> None:
        self.cases, self.seed, self.now, self.rules = cases, seed, now, rules
        self.calendar = rules.calendar
        self.closed_on = now.date() - timedelta(days=OUTBREAK_DAYS_AGO)
        self.seasons: dict[tuple[str, int, bool], list[float]] = {}
        self.standing: set[tuple[str, str]] = set()
        # Whoever looks at the in-tray of a county finds something to sign for, in the first one more than elsewhere.
        slugs = [office.slug for office in CITY.centers]
        self.trays = [slugs[0], *slugs, slugs[0]]
        days = (now.date() - timedelta(days=back) for back in range(1, 30))
        worked = [day for day in days if self.calendar.is_working_day(day)]
        self.lately = worked[5], worked[1]
        self.shops: dict[str, dict[str, list[Merchant]]] = {}
        for shop in merchants(seed=seed):
            self.shops.setdefault(shop.trade, {}).setdefault(shop.county, []).append(shop)

    def tell(self) -> Iterator[Life]:
        outbreak = round(self.cases * OUTBREAK_SHARE)
        moments = [(moment, False) for moment in receipts(self.cases - outbreak, self.seed, self.now, self.calendar)]
        moments += [(moment, True) for moment in self._outbreak(outbreak)]
        moments.sort()
        children: list[tuple[datetime, int, Life]] = []
        keys = count(self.cases)
        for key, (moment, gym) in enumerate(moments):
            while children and children[0][0] <= moment:
                yield heappop(children)[2]
            case = self._incoming(key, moment, gym)
            life, child = Biography(case, self.seed, self.now, self.rules, self.standing).write(keys)
            yield life
            if child:
                heappush(children, (child.received_at, child.key, child))
        while children:
            yield heappop(children)[2]

    def _outbreak(self, cases: int) -> list[datetime]:
        """Many on the first days after the gym closed, fewer and fewer later."""
        rng = Random(f"outbreak:{self.seed}")
        found = []
        for _ in range(cases):
            days = min(1 + int(rng.expovariate(1 / 14)), OUTBREAK_DAYS_AGO - 1)
            opening = datetime.combine(self.closed_on + timedelta(days=days), time(8, 30), SHANGHAI)
            found.append(opening + timedelta(minutes=rng.randrange(720)))
        return found

    def _incoming(self, key: int, moment: datetime, gym: bool) -> Incoming:
        """What came in at that moment: where, how, against whom, from whom, in which words."""
        rng, day = Random(f"incoming:{self.seed}:{key}"), moment.date()
        center = rng.choices(CITY.centers, [office.share for office in CITY.centers])[0]
        if gym:
            situation, shop = SITUATIONS["gym_closed"], self._gym(rng)
            center = CITY.offices[shop.county]
        else:
            situation = self._situation(rng, center, day)
            shop = self._merchant(rng, situation, center, day)
        claimant = "claimant" in situation.tags
        channel = rng.choice(_CLAIMANTS_WRITE) if claimant else self._channel(rng, moment)
        nature = "M" if claimant else rng.choices("CMR", (94.5, 3, 2.5))[0]
        lying = None if gym or claimant else self._lying(rng, moment, center, situation)
        if lying:
            shop, nature = lying, "C"
        fate, ground = ("refer", None) if lying else _fate(rng, situation, nature, away=shop.county != center.slug)
        if ground == "NA6" and self.rules.in_force(day).code == "order-20":
            ground = "NA5"  # which knows no other
        found_on = self.closed_on if gym else None
        if ground == "NA4":
            found_on = day - timedelta(days=rng.randint(1120, 1600))
        about = matter(rng, situation, shop, self._person(rng, key, situation, center), day, found_on=found_on)
        voice = channel if channel in ("hotline", "phone") else None
        words = letter(rng, about, voice=voice, report=nature != "C")
        return Incoming(key, center, moment, channel, nature, about, words, fate, ground, gym, waits=lying is not None)

    def _channel(self, rng: Random, moment: datetime) -> str:
        """Windows and telephones are open in office hours; the rest comes at any time."""
        clock = moment.time()
        at_work = any(begin <= clock <= end for begin, end in OFFICE_HOURS)
        channels = _CHANNELS if at_work and self.calendar.is_working_day(moment.date()) else _ROUND_THE_CLOCK
        return rng.choices(list(channels), list(channels.values()))[0]

    def _situation(self, rng: Random, center: Office, day: date) -> Situation:
        """What goes wrong there in that season."""
        growing = (self.now.date() - day).days < 45
        season = (center.slug, day.month, growing)
        if season not in self.seasons:
            weights = [self._weight(one, center, day.month, growing=growing) for one in SITUATIONS.values()]
            self.seasons[season] = list(accumulate(weights))
        return rng.choices(list(SITUATIONS.values()), cum_weights=self.seasons[season])[0]

    def _weight(self, situation: Situation, center: Office, month: int, *, growing: bool) -> float:
        weight = situation.weight * (2.0 if month in situation.months else 0.7 if situation.months else 1.0)
        if situation.growing and growing:
            weight *= 2.5
        if situation.rural:
            weight *= 0.0 if center.urban else 1.4
        # People mostly buy where they live.
        near = any(center.slug in self.shops[trade] for trade in situation.trades)
        return weight if near else weight * 0.12

    def _merchant(self, rng: Random, situation: Situation, center: Office, day: date) -> Merchant:
        """A shop of such a trade, mostly in the same county; a trade the county lacks is bought elsewhere."""
        trades = [trade for trade in situation.trades if center.slug in self.shops[trade]]
        if trades and rng.random() < 0.97:
            near = self.shops[rng.choice(trades)][center.slug]
        else:
            there = self.shops[rng.choice(situation.trades)]
            weights = [CITY.offices[slug].share for slug in there]
            near = there[rng.choices(list(there), weights)[0]]
        if situation.key == "gym_closed" or day >= self.closed_on:
            near = [shop for shop in near if shop.chain != OUTBREAK] or self.shops["gym"]["anlan"][1:]
        return rng.choices(near, [shop.weight for shop in near])[0]

    def _lying(self, rng: Random, moment: datetime, center: Office, situation: Situation) -> Merchant | None:
        """A merchant in a county whose in-tray is still to be filled, for what came in elsewhere these days."""
        if not self.lately[0] <= moment.date() <= self.lately[1]:
            return None
        for slug in self.trays:
            there = [shop for trade in situation.trades for shop in self.shops[trade].get(slug, ())]
            open_ = [shop for shop in there if shop.chain != OUTBREAK]
            if slug != center.slug and open_:
                self.trays.remove(slug)
                return rng.choice(open_)
        return None

    def _gym(self, rng: Random) -> Merchant:
        county = rng.choice(_OUTBREAK_COUNTIES)
        return next(shop for shop in self.shops["gym"][county] if shop.chain == OUTBREAK)

    def _person(self, rng: Random, key: int, situation: Situation, center: Office) -> Consumer:
        """Who complains: mostly somebody new, sometimes one of the few who come again."""
        if "claimant" in situation.tags:
            return consumer(rng.randrange(_CLAIMANTS), self.seed)
        regulars = max(self.cases // 60, 1)
        if rng.random() < 0.05:
            return consumer(_CLAIMANTS + rng.randrange(regulars), self.seed)
        home = center if rng.random() < 0.9 else None
        elderly = rng.random() < situation.old
        return consumer(_CLAIMANTS + regulars + key, self.seed, home=home, elderly=elderly)


def _fate(rng: Random, situation: Situation, nature: str, *, away: bool) -> tuple[str, str | None]:
    """What will become of it, and the ground if it is refused; `away` is a merchant in another county."""
    if nature == "R":
        return rng.choices(("file", "not_file", "guide"), (40, 35, 25))[0], None
    if "claimant" in situation.tags and rng.random() < 0.7:
        return "refuse", "NA3"
    if away and rng.random() < 0.85:
        return "refer", None
    chance = rng.random()
    if chance < 0.055:
        grounds = {"NA2": 20, "NA3": 22, "NA4": 6, "NA5": 32, "NA6": 8, "NA7": 3}
        if "online" in situation.tags:
            grounds["NA1"] = 40
        return "refuse", rng.choices(list(grounds), list(grounds.values()))[0]
    return ("withdraw", None) if chance < 0.075 else ("hear", None)

"""The recipe: what of a text is counted, what is learned from it, how it is kept. It knows no case and no row.

scikit-learn is an extra (`triage`). It is imported where it is used, so that the portal runs without.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import IO, Any

from app.core.privacy import redact
from app.search.bigrams import fold

RECIPE = 1  # of how texts are counted: what was learned by another one is not used
FEATURES = 2**15  # runs of characters share these places; which runs they were, nobody can read out of them
LEAST = 50  # cases, before anything is learned
LEAST_OF_ONE = 5  # cases of a category, before it is suggested
HELD_OUT = 0.2  # the latest, to test by
SHORTEST = 8  # characters that a suggestion is made from
FIRST, OTHERS, SHOWN = 0.4, 0.15, 3  # how likely the first has to be, then the others, and how many are shown
_DOUBT = 0.02  # that no test was so good as to leave none
_SHARPNESS = [0.5 * 1.2**n for n in range(20)]


class TooFew(Exception):
    """Too little to learn from: `found` cases of `categories` that have enough of their own."""

    def __init__(self, found: int, categories: int) -> None:
        super().__init__(f"{found} cases of {categories} categories")
        self.found, self.categories = found, categories


class Unusable(Exception):
    """These bytes are no model of this recipe."""


@dataclass(frozen=True)
class Told:
    """A closed case: what the consumer said, what a handler called it, and the category that was decided on."""

    words: str
    title: str
    category: str


@dataclass
class Count:
    """Of one category: from how many it was learned, then in the test how many were of it, were called so, and rightly.

    Of a category with too few cases nothing is learned; in the test such a case counts as one that was called wrong.
    """

    learned: int = 0
    tested: int = 0
    said: int = 0
    right: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.tested + self.said) if self.right else 0.0


@dataclass(frozen=True)
class Figures:
    """How the test came out. `shown` had a suggestion, `among` had the right one among at most three."""

    learned_from: int
    tested_on: int
    right: int
    shown: int
    among: int
    categories: dict[str, Count] = field(default_factory=dict)

    @property
    def accuracy(self) -> float:
        return self.right / self.tested_on

    @property
    def macro_f1(self) -> float:
        met = [count.f1 for count in self.categories.values() if count.tested or count.said]
        return sum(met) / len(met)


@dataclass(frozen=True)
class Model:
    """Weights of places (categories × FEATURES), and how sharply they tell: no word and no text is in it."""

    codes: tuple[str, ...]
    weights: Any
    offsets: Any
    sharpness: float = 1.0

    def likely(self, text: str) -> list[tuple[str, float]]:
        """(category, how likely from 0 to 1), the likeliest first; all that it knows."""
        return self.likely_all([text])[0]

    def likely_all(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        return [self._told(row) for row in _shares(self._margins(texts), self.sharpness)]

    def suggest(self, text: str) -> list[tuple[str, float]]:
        """At most three, or none where it is not sure enough of the first."""
        if len([sign for sign in fold(text) if sign.isalnum()]) < SHORTEST:
            return []
        return _sure_enough(self.likely(text))

    def _margins(self, texts: Sequence[str]) -> Any:
        return _counted(texts) @ self.weights.T + self.offsets

    def _told(self, shares: Any) -> list[tuple[str, float]]:
        return sorted(((code, float(share)) for code, share in zip(self.codes, shares, strict=True)), key=_by_share)

    def written(self) -> IO[bytes]:
        """As it is kept: arrays of numbers and of codes, which nothing has to be executed to read."""
        import numpy

        content = io.BytesIO()
        numpy.savez_compressed(
            content,
            recipe=numpy.array([RECIPE, FEATURES]),
            codes=numpy.array(self.codes, dtype="U"),
            weights=self.weights.astype("float32"),
            offsets=self.offsets.astype("float32"),
            sharpness=numpy.array(self.sharpness, dtype="float64"),
        )
        content.seek(0)
        return content


def _by_share(one: tuple[str, float]) -> tuple[float, str]:
    return -one[1], one[0]


def _sure_enough(likely: list[tuple[str, float]]) -> list[tuple[str, float]]:
    if not likely or likely[0][1] < FIRST:
        return []
    return [one for one in likely[:SHOWN] if one[1] >= OTHERS]


def installed() -> bool:
    return find_spec("sklearn") is not None


def read(content: IO[bytes]) -> Model:
    """What was kept. Raises Unusable; pickles are refused by the reader itself."""
    import numpy

    try:
        with numpy.load(content, allow_pickle=False) as kept:
            recipe, features = kept["recipe"].tolist()
            codes, weights, offsets = kept["codes"], kept["weights"], kept["offsets"]
            sharpness = float(kept["sharpness"])
    except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as fault:
        raise Unusable(str(fault)) from fault
    whole = codes.dtype.kind == "U" and weights.dtype == offsets.dtype == numpy.float32
    if (recipe, features) != (RECIPE, FEATURES) or not whole:
        raise Unusable("another recipe")
    if weights.shape != (len(codes), FEATURES) or offsets.shape != (len(codes),):
        raise Unusable("arrays that do not belong together")
    return Model(tuple(str(code) for code in codes), weights, offsets, sharpness)


def learn(told: Iterable[Told]) -> tuple[Model, Figures]:
    """Learn from cases in the order in which they came. Raises TooFew.

    The latest fifth is tested by what was learned from those before it, and by the consumer's words alone: the title
    that a handler wrote is not there when somebody decides. What is kept is learned from all.
    """
    known = _once(told)
    often = Counter(one.category for one in known)
    wanted = {code: count for code, count in often.items() if count >= LEAST_OF_ONE}
    edge = len(known) - max(1, round(len(known) * HELD_OUT))
    earlier = [one for one in known[:edge] if one.category in wanted]
    if sum(wanted.values()) < LEAST or len({one.category for one in earlier}) < 2:
        raise TooFew(sum(wanted.values()), len(wanted))
    tested, later = _fitted(earlier), known[edge:]
    margins = tested._margins([one.words for one in later])
    sharpness = _sharpness(tested.codes, margins, [one.category for one in later])
    said = [tested._told(row) for row in _shares(margins, sharpness)]
    whole = _fitted([one for one in known if one.category in wanted])
    return Model(whole.codes, whole.weights, whole.offsets, sharpness), _figures(wanted, later, said)


def _once(told: Iterable[Told]) -> list[Told]:
    """The same words once, as those of a mass that sends one letter: they would be learned and tested at once."""
    seen: set[str] = set()
    found = []
    for one in told:
        words = fold(one.words)
        if words and words not in seen:
            seen.add(words)
            found.append(one)
    return found


def _fitted(known: Sequence[Told]) -> Model:
    import numpy
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=1.0, class_weight="balanced", random_state=0)
    machine.fit(_counted([f"{one.title}\n{one.words}" for one in known]), [one.category for one in known])
    weights, offsets = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # of two it keeps the second alone
        weights, offsets = numpy.vstack([-weights, weights]), numpy.concatenate([-offsets, offsets])
    return Model(tuple(map(str, machine.classes_)), weights.astype("float32"), offsets.astype("float32"))


def _counted(texts: Iterable[str]) -> Any:
    """Runs of one to three characters, numbers of people masked before: texts × FEATURES."""
    from sklearn.feature_extraction.text import HashingVectorizer

    runs = HashingVectorizer(
        analyzer="char", ngram_range=(1, 3), n_features=FEATURES, norm="l2", binary=True, lowercase=False
    )
    return runs.transform([fold(redact(text)) for text in texts])


def _shares(margins: Any, sharpness: float) -> Any:
    """Margins as shares of one, row by row."""
    import numpy

    raised = numpy.exp(sharpness * (margins - margins.max(axis=1, keepdims=True)))
    return raised / raised.sum(axis=1, keepdims=True)


def _sharpness(codes: Sequence[str], margins: Any, truth: Sequence[str]) -> float:
    """How sharply margins tell, so that what is called likely was so in the test."""
    import numpy

    at = {code: place for place, code in enumerate(codes)}
    rows = [(row, at[code]) for row, code in enumerate(truth) if code in at]
    if not rows:
        return _SHARPNESS[0]

    def surprise(sharpness: float) -> float:
        shares = _shares(margins, sharpness)
        told = numpy.array([shares[row, place] for row, place in rows])
        return float(-numpy.log((1 - _DOUBT) * told + _DOUBT / len(codes)).mean())

    return min(_SHARPNESS, key=surprise)


def _figures(learned: dict[str, int], later: Sequence[Told], said: Sequence[list[tuple[str, float]]]) -> Figures:
    categories = {code: Count(learned=count) for code, count in learned.items()}
    right = shown = among = 0
    for one, likely in zip(later, said, strict=True):
        first, offered = likely[0][0], [code for code, _share in _sure_enough(likely)]
        categories.setdefault(one.category, Count()).tested += 1
        categories[first].said += 1
        categories[first].right += first == one.category
        right += first == one.category
        shown += bool(offered)
        among += one.category in offered
    in_order = dict(sorted(categories.items()))
    return Figures(sum(learned.values()), len(later), right, shown, among, in_order)

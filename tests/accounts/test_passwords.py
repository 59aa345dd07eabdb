"""AU1 and AU2: how passwords are kept, and which are refused."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.accounts import passwords
from app.core.errors import Invalid, TooMany
from tests.conftest import settings_for
from tests.town import EAST

WORDS = ["东县消费者权益保护中心", "东县中心", "linhe", "wang.fang", "王芳芳"]

REFUSED = [
    "",
    "short-one",
    "password123",
    "P@ssw0rd2019!",
    "Passw0rd!!!!",
    "1234567890",
    "0987654321a",
    "qwertyuiop",
    "qwertyuiop123",
    "1qaz2wsx3edc",
    "zxcvbnm,./123",
    "asdfghjkl;'",
    "abcdefghijkl",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "121212121212",
    "woaini1314520",
    "iloveyouforever",
    "admin123456",
    "welcome welcome",
    "dragonball1",
    "19871112197",
    "liverpool-2009",
    "长长长长长长长长长长",
    "my12315password",
    "call-12345-now!",
    "消保工作天天进步真不错",
    "xiaobao-gongzuo-9",
    "summer-2026-rain",
    "Linhe-bridge-77",
    "东县的桥上有人钓鱼呢",
    "wang.fang-signs-in",
    "我是王芳芳呀你好你好",
    "x" * 1001,
]

TAKEN = [
    "Town-people-sign-in-1",
    "tiger coffee happy green wood",
    "竹杖芒鞋轻胜马谁怕一蓑",
    "Tr0ub4dor&3",
    "velocity of the grey heron",
    "kz7!Rm2#Qw",
    "0" * 3 + "the old locust tree" * 4,
    "长" * 40 + "城内外惟余莽莽大河上下顿失滔滔须晴日看红装素裹",
]


@pytest.fixture
def inside(town):
    with town.at("east"):
        yield


@pytest.mark.parametrize("password", REFUSED)
def test_a_password_that_is_easily_guessed_is_refused(inside, password):
    with pytest.raises(Invalid) as refusal:
        passwords.check(password, WORDS)
    assert str(refusal.value.message)


def test_whatever_is_tried_first_is_refused_alone_and_dressed_up(inside):
    """All of the thirty thousand most frequent that are long enough, and the first three thousand made so."""
    long = [password for password in FREQUENCY_LISTS["passwords"] if len(password) >= passwords.shortest()]
    made = [f"{password.title()}123!" for password in FREQUENCY_LISTS["passwords"][:3000]]
    assert len(long) > 1000
    for password in long + made:
        with pytest.raises(Invalid):
            passwords.check(password)


@pytest.mark.parametrize("password", TAKEN)
def test_a_password_of_ones_own_is_taken(inside, password):
    passwords.check(password, WORDS)


def test_a_short_name_does_not_forbid_every_word_that_contains_it(inside):
    passwords.check("velocity of the grey heron", ["city", "li", None, ""])


def test_nothing_of_a_password_is_cut_or_folded(inside):
    long = "Aa bB" * 60 + "é"
    kept = passwords.sealed(long)
    assert passwords.matches(kept, long)
    assert not passwords.matches(kept, long[:-1])
    assert not passwords.matches(kept, long.lower())
    assert not passwords.matches(kept, f"{long} ")


def test_how_long_a_password_has_to_be_is_said_by_the_settings(inside):
    """And by the form; never fewer than ten characters (AU2)."""
    try:
        passwords.configure("test", 15)
        with pytest.raises(Invalid, match="15"):
            passwords.check("a grey heron 7")
        passwords.check("a grey heron 77")
    finally:
        passwords.configure("test")
    passwords.check("a grey heron 7")
    with pytest.raises(ValueError, match="PASSWORD_LENGTH"):
        settings_for("postgresql://127.0.0.1", "none", password_length=9)


def test_the_form_says_how_long_and_what_is_better(town):
    browser = town.client(EAST, "handler")
    browser.get("/account/password")
    assert "至少 10 个字符，建议 15 个以上" in browser.page.words


def test_every_kept_password_is_argon2id(town, root):
    with root.connect() as connection:
        others = connection.execute(
            text("select count(*) from credential where password_hash not like '$argon2id$%'")
        ).scalar()
        kept = connection.execute(text("select count(*) from credential where password_hash is not null")).scalar()
    assert (others, kept > 10) == (0, True)


def test_outside_tests_the_parameters_are_the_ones_the_library_advises(inside):
    try:
        passwords.configure("production")
        assert passwords.sealed("a bridge of paper").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    finally:
        passwords.configure("test")


def test_weaker_parameters_of_the_past_are_noticed(inside):
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash("x"))
    assert not passwords.outdated(passwords.sealed("x"))


def test_no_more_than_two_passwords_are_looked_at_in_one_moment(inside, monkeypatch):
    """RL5: the third waits its turn, and is told so when the turn does not come."""
    slow = SlowHasher()
    monkeypatch.setattr(passwords, "PATIENCE", 0.05)
    monkeypatch.setattr(passwords, "_hasher", slow)
    with ThreadPoolExecutor(2) as pool:
        looking = [pool.submit(passwords.matches, "kept", "typed") for _ in range(passwords.AT_ONCE)]
        assert slow.full.wait(5)
        with pytest.raises(TooMany) as refusal:
            passwords.matches("kept", "typed")
        slow.go.set()
    assert refusal.value.seconds > 0
    assert all(one.result() for one in looking)
    assert passwords.matches("kept", "typed")


class SlowHasher:
    """Holds everybody who looks at a hash until told to go on."""

    def __init__(self):
        self.count = 0
        self.lock = threading.Lock()
        self.full, self.go = threading.Event(), threading.Event()

    def verify(self, kept, typed):
        with self.lock:
            self.count += 1
            if self.count == passwords.AT_ONCE:
                self.full.set()
        assert self.go.wait(5)


def test_a_slip_has_more_than_128_bits_and_forgives_how_it_is_typed():
    code = passwords.new_slip()
    assert passwords.SLIP_SIGNS * 5 >= 128
    assert len({passwords.new_slip() for _ in range(200)}) == 200
    kept = passwords.slip_hash(code)
    assert kept is not None
    assert passwords.slip_hash(f" {code.lower().replace('-', ' ')} ") == kept
    assert passwords.slip_hash(code[:-1] + ("0" if code[-1] != "0" else "1")) != kept
    assert passwords.slip_hash(code[:-1]) is None
    assert passwords.slip_hash("") is None

"""A summary without personal data, proposed by rules; a person confirms it before anyone outside reads it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

from flask_babel import gettext as _
from stdnum.cn import ric, uscc

from app.core.errors import Invalid
from app.core.privacy.masks import COMPOUND_SURNAMES, mask_account, mask_email, mask_id, mask_name, mask_phone

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤康易乔赖文施洪辛柯庄欧阮骆岑樊兰"
    "殷申温颜倪牛翁俞章鲁葛毕聂焦左柳祝耿管安路涂纪包童穆盛舒关齐梅詹费苗屈冉华伍项裴尤宁成季甘祖柴麦简应涂游阳池"
)
_HAN = r"\u4e00-\u9fff"
_SURNAME = f"(?:{'|'.join(sorted(COMPOUND_SURNAMES))}|[{_SURNAMES}])"
_NO_WORD = r"(?![0-9A-Za-z])"
_GAP = "[ .–—-]?"


class _Plain(dict[int, int | None]):
    """For str.translate: invisible characters to nothing, others to themselves, learnt as they come."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code)) == "Cf" else code
        return self[code]


# Full-width digits and invisible characters are how a number slips through; line breaks stay.
_PLAIN = _Plain(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
    | {ord(character): ord(character) - 0xFEE0 for character in "＠＋－"}
)


def _last_group(mask: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
    """Masks the named group `it` and keeps what stands before it in the match."""
    return lambda found: found.group()[: found.start("it") - found.start()] + mask(found.group("it"))


def _name_or_words(found: re.Match[str]) -> str:
    return found.group("before") + mask_name(found.group("it"))


def _digit_run(found: re.Match[str]) -> str:
    run = found.group()
    if len(run) == 8 and _is_day(run):
        return run
    return f"{run[:2]}****{run[-2:]}"


def _is_day(run: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(f"{run[:4]}-{run[4:6]}-{run[6:]}").year <= 2100
    except ValueError:
        return False


# In this order: a longer number is looked for before the shorter ones that would match inside it. Every pattern
# has a bounded length or a single place to start per run of characters, so it takes linear time on any text.
RULES: dict[str, tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
    "email": (
        re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++"),
        lambda found: mask_email(found.group()),
    ),
    "messenger": (
        re.compile(
            r"(?:微信|wechat|weixin|(?<![A-Za-z])(?:vx|wx)(?![A-Za-z])|QQ|企鹅号|支付宝)(?:号码?|id|账号|帐号)?"
            r"[ ]{0,2}[是为:：]?[ ]{0,2}(?P<it>[A-Za-z][-_A-Za-z0-9]{5,19}|\d{5,12}(?!\d))",
            re.IGNORECASE,
        ),
        _last_group(lambda value: f"{value[:1]}****"),
    ),
    "wechat": (re.compile(r"(?<![A-Za-z0-9_])wxid_[-_A-Za-z0-9]{4,30}"), lambda found: "wxid_****"),
    "id": (
        re.compile(
            rf"(?<!\d)[1-9]\d{{5}}{_GAP}(?:19|20)\d{{6}}{_GAP}\d{{3}}[0-9Xx]{_NO_WORD}|(?<!\d)[1-9]\d{{14}}(?!\d)"
        ),
        lambda found: mask_id("".join(filter(str.isalnum, found.group()))),
    ),
    "bank_card": (
        re.compile(rf"(?<!\d)[1-9]\d{{3}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?(?!\d)"),
        lambda found: mask_account(found.group()),
    ),
    "mobile": (
        re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)"),
        lambda found: mask_phone(found.group()),
    ),
    "landline": (
        re.compile(r"(?<!\d)(?:\+86[ -]?)?[(（]?0(?:10|2\d|[3-9]\d{2})[)）]?[ -]{0,2}[2-9]\d{2,3}[ -]?\d{4}(?!\d)"),
        lambda found: mask_phone(found.group()),
    ),
    "plate": (
        re.compile(
            r"(?P<before>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z])[·•. ]?"
            r"[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![0-9A-Za-z])"
        ),
        lambda found: f"{found.group('before')}*****",
    ),
    "passport": (
        re.compile(r"(?<![0-9A-Za-z])(?:[EG]\d{8}|E[A-Z]\d{7}|[HMC]\d{8,10})(?![0-9A-Za-z])"),
        lambda found: mask_id(found.group()),
    ),
    "digit_run": (re.compile(r"(?<![\d.])\d{7,}+(?!\d|\.\d|[ ]?[元块万亿])"), _digit_run),
    "room": (
        re.compile(
            r"(?<!\d)\d{1,4}(?:幢|栋|号楼)-?(?:\d{1,3}单元-?)?\d{1,5}(?![\d栋幢楼层月年个平])[室户号]?"
            r"|(?<!\d)\d{1,3}单元-?\d{1,5}[室户号]"
        ),
        lambda found: "**室",
    ),
    "named": (
        re.compile(
            r"(?P<before>(?:姓名|联系人|投诉人|举报人|消费者|当事人|收件人|收货人)[ ]?[:：][ ]?)"
            rf"(?P<it>[{_HAN}·]{{2,4}}(?![{_HAN}])|{_SURNAME}[{_HAN}]{{1,2}})"
        ),
        _name_or_words,
    ),
    "calls_himself": (
        re.compile(
            rf"(?P<before>我叫|名叫|名字叫|名字是|本人(?:姓名|叫)|姓名(?:是|为)?)(?P<it>{_SURNAME}[{_HAN}]{{1,2}})"
            rf"(?=[^{_HAN}]|$|[家住系是在于的男女身电手现今因为向和与])"
        ),
        _name_or_words,
    ),
    "in_person": (
        # 本人 alone introduces a verb as often as a name: only what ends the clause is taken for one.
        re.compile(rf"(?P<before>本人)(?P<it>{_SURNAME}[{_HAN}]{{1,2}})(?=[^{_HAN}]|$|[家住系男女身电手])"),
        _name_or_words,
    ),
}
# What stands in the place of a name that is not known.
_NOBODY = frozenset(["匿名", "消费者", "投诉人", "举报人", "不详", "未知", "未提供", "本人", "先生", "女士"])
_NAME = re.compile(rf"{_SURNAME}[{_HAN}]{{1,2}}")
# Words of the trade that are built as a name is, and are none: they may be sought in the open.
_TRADE = (
    "余额 余款 安装 安全 黄金 包装 包邮 包退 华为 牛奶 童装 童鞋 白酒 温泉 金额 金融 金饰 石材 马桶 高铁 "
    "方案 麦片 苗木 苏打 毛衣 毛巾 汤料 项链 甘蔗 施工 钟表 管道 管理 路由 路费 应急 雷达 柴油 成分 龙虾 "
    "江鲜 贺卡 阳台 阳伞 关门 关店 关闭 文具 文玩 文身 游泳 游戏 游客 游学 温度"
)
_OF_THE_TRADE = frozenset(re.findall(r"\S+", _TRADE))
_DOWN_TO = re.compile(r"(?<=[省市县区旗镇乡])|(?<=街道)")
_DOOR = re.compile(r".+?\d+号")
_FILE = re.compile(r"(?<!\d)(?<!\d[- ])20\d\d-\d{3,6}(?![-\d])")
_PAPER = re.compile(rf"[{_HAN}A-Z]{{1,12}}[〔(（\[](?:19|20)\d\d[〕)）\]]第?\d{{1,6}}号")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d)?")
_DIGIT = re.compile(r"\d")
_SPACED = re.compile(r"(?<![0-9A-Za-z])\d(?:[ \t.()–—-]{0,3}\d){6,}")
_OF_SOMEBODY = ("email", "messenger", "wechat", "id", "bank_card", "mobile", "landline", "passport")
# In an address a number is looked for strictly, and however it is spaced; a landline also without its area code.
_NUMBERS = tuple(RULES[name][0] for name in ("id", "mobile", "landline"))
_LOCAL = re.compile(rf"(?<![0-9A-Za-z])[2-8]\d{{6,7}}{_NO_WORD}(?!\.\d|[ ]?[元块万亿])")
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A point before the cents of a sum stands between no digits of a number.
_BETWEEN_DIGITS = re.compile(r"(?<=\d)(?:[ \t()–—-]|\.(?!\d\d(?!\d))){1,3}(?=\d)")
# Whose code this is stands in a public register, so a valid one stays.
CREDIT_CODE = re.compile(rf"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{{2}}\d{{6}}[0-9A-HJ-NPQRTUWXY]{{10}}{_NO_WORD}")


def known_words(name: str | None, address: str | None = None) -> tuple[str, ...]:
    """What would tell of somebody whom we know: the name, and the address from the road on, to the door and whole."""
    name, tail = (name or "").strip(), _DOWN_TO.split("".join((address or "").split()))[-1]
    door = _DOOR.match(tail)
    words = [name if name not in _NOBODY else "", tail if len(tail) > 3 else "", door.group() if door else ""]
    return tuple(dict.fromkeys(word for word in words if len(word) > 1))


def redact(text: str | None, known: Iterable[str] = ()) -> str:
    """`text` with phone and ID numbers, cards, accounts, plates, rooms, the writer's name and `known` words masked.

    A proposal, not a promise: what is written in unusual ways gets through, so a handler reads it first. What comes
    out never `tells_of_somebody`.
    """
    if not text:
        return ""
    text = text.translate(_PLAIN)
    for word in sorted(known, key=len, reverse=True):
        text = text.replace(word, "****" if _DIGIT.search(word) else mask_name(word))
    pieces, at = [], 0
    for code in CREDIT_CODE.finditer(text):
        if uscc.is_valid(code.group()) and not RULES["id"][0].fullmatch(code.group()):
            pieces += [_redact(text[at : code.start()]), code.group()]
            at = code.end()
    said = "".join([*pieces, _redact(text[at:])])
    if tells_of_somebody(said):
        said = _SPACED.sub(_spaced, said)
    return _DIGIT.sub("*", said) if tells_of_somebody(said) else said


def tells_of_somebody(text: str | None) -> bool:
    """Whether there is a phone or ID number in it: what histories and logs would keep of an address, if it got there.

    The number of a file (2026-000123, JC-2026-0031), a day, a credit code and a key of ours are none.
    """
    plain = _FILE.sub("", _KEY.sub("", unicodedata.normalize("NFKC", text or "")))
    return any(
        any(number.search(written) for number in _NUMBERS)
        or any(not _is_day(found.group()) for found in _LOCAL.finditer(written))
        for written in (plain, _BETWEEN_DIGITS.sub("", plain))
    )


def may_be_a_name(word: str) -> bool:
    """Whether a word by itself is built as a name is: a surname and one or two characters, but no word of the trade."""
    return word not in _OF_THE_TRADE and bool(_NAME.fullmatch(word))


def is_of_somebody(number: str) -> bool:
    """Whether it is, as a whole, a mobile or a valid ID number: long numbers of files may hold what looks like one."""
    plain = _BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", number))
    return bool(RULES["mobile"][0].fullmatch(plain)) or bool(ric.is_valid(plain))


def names_nobody(known: Iterable[str] = (), /, **said: str | None) -> None:
    """Raises Invalid beside a field that others than the center read, and in which a number or a known word stands."""
    for name, words in said.items():
        if tells_of_somebody(words):
            raise Invalid(name, _("The city reads this too: leave out phone and ID numbers."))
        if any(word in (words or "") for word in known):
            raise Invalid(name, _("The city reads this too: leave out the consumer's name and address."))


def is_code(said: str, longest: int = 40) -> bool:
    """Whether a text may stand in the open as a code: short ASCII without blanks, and nobody's number or account.

    So may the number of a paper, 江消保受〔2026〕第12号, a moment as ISO 8601 writes it, and a credit code.
    """
    if _PAPER.fullmatch(said) or _MOMENT.fullmatch(said) or uscc.is_valid(said):
        return True
    bare = _KEY.sub("", said)  # a key of a row may have in it what looks like a number of somebody's
    if len(bare) > longest or not bare.isascii() or any(sign.isspace() for sign in bare):
        return False
    return not (tells_of_somebody(bare) or any(RULES[kind][0].search(bare) for kind in _OF_SOMEBODY))


def _spaced(found: re.Match[str]) -> str:
    """A number that is only seen once its digits are moved together; what follows tells a sum from a number."""
    run = found.group()
    told = tells_of_somebody(run + found.string[found.end() : found.end() + 2])
    return f"{run[:2]}****{run[-2:]}" if told else run


def _redact(text: str) -> str:
    for pattern, replacement in RULES.values():
        text = pattern.sub(replacement, text)
    return text

"""What may be shown of a phone number, a name, an address before anybody asks for the whole of it."""

from __future__ import annotations

import re
import unicodedata

# Two-character family names still borne by many; 欧阳修 is 欧阳*, not 欧**.
_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶"
    "太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良"
    "漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生梁丘左丘东门西门第五"
    "纳兰完颜叶赫爱新"
)
COMPOUND_SURNAMES = frozenset(_PAIRS[at : at + 2] for at in range(0, len(_PAIRS), 2))
# A family name with one of these tells no more than the mask would.
_TITLES = ("女士", "先生", "小姐", "同志", "老师", "师傅", "某某", "某")

_PHONE_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)[ :：]?(\d{1,6})$|(?<=\d{7})-(\d{1,6})$", re.IGNORECASE)
# The characters of a place name after its first: a street or a township ends the part that is kept.
_PLACE = r"[\u4e00-\u9fff](?:(?![省市县区旗镇乡村路街道巷号])[\u4e00-\u9fff])"
_COUNTY = re.compile(
    rf"(?:{_PLACE}{{0,8}}?(?:省|自治区|特别行政区))?"
    rf"(?:{_PLACE}{{0,8}}?(?:市|自治州|地区|盟))?"
    rf"(?:{_PLACE}{{1,9}}?(?:自治县|县|自治旗|旗|市|(?<![小社校园景片街厂库矿辖地])区))?"
)
_AREA_CODE = re.compile(r"0(?:10|2\d|[3-9]\d{2})")


def digits_of(phone: str) -> str:
    """The digits of a phone number as people write it: full width, spaces, dashes and +86 do not count."""
    folded = unicodedata.normalize("NFKC", phone).strip()
    digits = "".join(character for character in folded if character in "0123456789")
    if folded.startswith("+86"):
        return digits[2:]
    if digits.startswith("0086"):
        return digits[4:]
    if len(digits) == 13 and digits.startswith("861"):
        return digits[2:]
    return digits


def mask_phone(phone: str | None) -> str:
    """138****6027; 0571-8***26 for a landline; numbers that belong to a service (12315) stay."""
    if not phone:
        return ""
    digits = digits_of(_PHONE_EXTENSION.sub("", unicodedata.normalize("NFKC", phone).strip()))
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    if 3 <= len(digits) <= 5:
        return digits
    area = _AREA_CODE.match(digits)
    if area and len(digits) - area.end() in (7, 8):
        local = digits[area.end() :]
        return f"{area.group()}-{local[0]}***{local[-2:]}"
    if len(digits) in (7, 8):
        return f"{digits[0]}***{digits[-2:]}"
    return f"{digits[:3]}****{digits[-2:]}" if len(digits) > 8 else "****"


def mask_name(name: str | None) -> str:
    """林**, 欧阳*, 阿****·买***; 林女士 stays."""
    name = " ".join(unicodedata.normalize("NFKC", name or "").split())
    if not name:
        return ""
    parts = re.split(r"([·•・‧ ])", name)
    if len(parts) > 1:
        return "".join(part if index % 2 else _mask_word(part) for index, part in enumerate(parts))
    if len(name) <= 4 and name.endswith(_TITLES) and name not in _TITLES:
        return name
    if name[:2] in COMPOUND_SURNAMES and len(name) > 2:
        return name[:2] + "*" * min(len(name) - 2, 3)
    return _mask_word(name)


def _mask_word(word: str) -> str:
    return word[:1] + "*" * max(1, min(len(word) - 1, 3)) if word else ""


def mask_id(number: str | None) -> str:
    """33**************1X: the province and the last two characters."""
    number = "".join(unicodedata.normalize("NFKC", number or "").split()).upper()
    if len(number) < 6:
        return "*" * len(number)
    return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"


def mask_address(address: str | None) -> str:
    """江州市临河县****: nothing below the county."""
    address = "".join(unicodedata.normalize("NFKC", address or "").split())
    if not address:
        return ""
    found = _COUNTY.match(address)
    kept = found.group() if found else ""
    return f"{kept}****" if len(kept) < len(address) else kept


def mask_account(account: str | None) -> str:
    """**** 1234: the last four of a bank card or account."""
    account = "".join(unicodedata.normalize("NFKC", account or "").replace("-", "").split())
    if not account:
        return ""
    return f"**** {account[-4:]}" if len(account) > 8 else "****"


def mask_email(address: str | None) -> str:
    """l***@example.com"""
    if not address:
        return ""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"

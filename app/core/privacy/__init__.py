"""Personal data: sealed in the database, masked on the page, taken out of summaries.

个人信息保护：加密存储、默认脱敏、摘要去标识。
"""

from app.core.privacy.masks import (
    mask_account,
    mask_address,
    mask_email,
    mask_id,
    mask_name,
    mask_phone,
)
from app.core.privacy.parcels import unwrap, wrap
from app.core.privacy.redaction import (
    is_code,
    is_of_somebody,
    known_words,
    may_be_a_name,
    names_nobody,
    redact,
    tells_of_somebody,
)
from app.core.privacy.sealing import (
    Keyring,
    Sealing,
    Unopened,
    Veil,
    blind_index,
    blind_indexes,
    configure,
    open_sealed,
    reseal,
    seal,
    sealed,
)
from app.core.privacy.words import Words, own_words

__all__ = [
    "Keyring",
    "Sealing",
    "Unopened",
    "Veil",
    "Words",
    "blind_index",
    "blind_indexes",
    "configure",
    "is_code",
    "is_of_somebody",
    "known_words",
    "mask_account",
    "mask_address",
    "mask_email",
    "mask_id",
    "mask_name",
    "mask_phone",
    "may_be_a_name",
    "names_nobody",
    "open_sealed",
    "own_words",
    "redact",
    "reseal",
    "seal",
    "sealed",
    "tells_of_somebody",
    "unwrap",
    "wrap",
]

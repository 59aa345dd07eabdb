"""Audit (审计): what was done, by whom, when, in a chain that shows every later change.

An `Entry` carries codes, numbers and dates, and is seen by the bureau; the words that somebody wrote with it stand in
a `Remark`, which is private. The timeline of a case is its entries with their remarks.
"""

from app.audit.services import flush, record, subscribe
from app.audit.trail import Line, trail

__all__ = ["Line", "flush", "record", "subscribe", "trail"]

"""The handbook (使用手册): what the portal does, by task and role; where to go, and on which article it rests.

A chapter is two texts of the same parts in the same order, `chapters/<code>.zh.md` and `<code>.en.md`. A link in them
names an endpoint (`cases.index?due=late`) or another chapter (`chapter:deadlines`), never an address.
"""

from app.handbook.about import init_app

__all__ = ["init_app"]

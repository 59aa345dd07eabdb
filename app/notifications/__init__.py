"""Notifications (通知): what a person should know of, told once, inside the portal and to their own organisation only.

A domain tells from a job, after the commit: `notify("case.assigned", case, people=[…], endpoint="cases.show",
arguments={"number": case.number})`. What is said stands in `words`; a notice carries codes, no content.
"""

from app.notifications.services import notify
from app.notifications.topbar import init_app

__all__ = ["init_app", "notify"]

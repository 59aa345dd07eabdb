"""Areas and pages: every route says who may enter, or it does not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import wraps
from typing import Any, NoReturn

from flask import Blueprint, Response, current_app, make_response
from flask_babel import gettext as _
from flask_login import current_user

from app.core.errors import Missing, NotAllowed
from tenants import realm
from tenants.database import db


class Door(StrEnum):
    """Who may enter without a permission of their own."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"


ANYONE, SIGNED_IN = Door.ANYONE, Door.SIGNED_IN
EVERY_KIND = frozenset({"bureau", "center", "department"})

# Told when somebody met a closed door: (permission). The audit fills this in.
on_denied: list[Callable[[str], None]] = []


class Area(Blueprint):
    """A blueprint whose routes are pages: `kinds` says in which organisations it exists at all."""

    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        kinds: Iterable[str] = EVERY_KIND,
        outside: bool = False,
        template_folder: str | None = "templates",
        **options: Any,
    ) -> None:
        super().__init__(name, import_name, template_folder=template_folder, **options)
        self.kinds = frozenset(kinds)
        self.outside = outside  # served outside realms too

    def route(self, rule: str, **options: Any) -> NoReturn:
        raise TypeError(f"{rule}: declare it with .page(…, allow=…), so that it says who may enter")

    def page(
        self,
        rule: str,
        *,
        allow: StrEnum,
        methods: Iterable[str] = ("GET",),
        endpoint: str | None = None,
        **options: Any,
    ) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        """Declare a page. `allow` is a permission, SIGNED_IN or ANYONE."""

        def declare(view: Callable[..., Any]) -> Callable[..., Response]:
            @wraps(view)
            def page(**arguments: Any) -> Response:
                self._admit(allow)
                response = make_response(view(**arguments))
                if not realm.absent():
                    if response.status_code < 400:
                        db.session.commit()
                    else:
                        db.session.rollback()
                return response

            page.allow = allow  # type: ignore[attr-defined]
            page.area = self  # type: ignore[attr-defined]
            self.add_url_rule(rule, endpoint or view.__name__, page, methods=list(methods), **options)
            return page

        return declare

    def _admit(self, allow: StrEnum) -> None:
        if realm.absent():
            if self.outside:
                return
            raise Missing
        if realm.home().kind not in self.kinds:
            raise Missing
        if allow is ANYONE:
            return
        if not current_user.is_authenticated:
            current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        if allow is not SIGNED_IN and not current_user.can(allow):
            for told in on_denied:
                told(str(allow))
            raise NotAllowed(_("Your role does not include this."))

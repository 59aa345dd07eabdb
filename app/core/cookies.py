"""One cookie per organisation, so that two organisations can be open in two tabs."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from tenants import realm


class CookiePerPlace(SecureCookieSessionInterface):
    """Flask's signed cookie under `__Host-hp-<slug>`; outside realms there is none.

    The cookie names a session and carries its CSRF secret; what it is worth is decided by the row on the server.
    """

    def get_cookie_name(self, app: Flask) -> str:
        return f"__Host-hp-{realm.home().slug}"

    def get_cookie_path(self, app: Flask) -> str:
        return "/"  # the __Host- prefix demands it

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if realm.absent():
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SecureCookieSession, response: object) -> None:  # type: ignore[override]
        if not realm.absent():
            super().save_session(app, session, response)  # type: ignore[arg-type]

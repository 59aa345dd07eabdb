"""Accounts (人员与登录): people, their roles, sign-in inside the realm, and sessions kept on the server."""

from app.accounts.presence import init_app, me

__all__ = ["init_app", "me"]

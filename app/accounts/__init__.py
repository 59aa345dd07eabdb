"""Accounts (人员与登录): people, their roles, sign-in inside the realm, and sessions kept on the server."""

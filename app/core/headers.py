"""What every answer carries, errors and files too."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

CSP = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
    "Server": "",  # where there is none, granian names itself
}


def nonce() -> str:
    """This request's nonce for scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    said: str = g.csp_nonce
    return said


def hold_inside(response: Response) -> None:
    """Let this page hold a document of ours, for the browser to show it as it does by itself: a PDF."""
    policy = CSP.format(nonce=nonce()).replace("object-src 'none'", "object-src 'self'")
    response.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"


def stand_inside(response: Response) -> None:
    """Let this document stand in a page of ours, and of nobody else's; it loads nothing by itself."""
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"csp_nonce": nonce()})

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", CSP.format(nonce=nonce()))
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
            response.vary.add("Cookie")
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

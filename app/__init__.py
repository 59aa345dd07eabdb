"""衡平 Hengping: consumer complaints of a city, its counties and its departments, each behind its own wall."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.settings import Settings

MEGABYTE = 1024 * 1024


def create_app(settings: Settings | None = None, *, check_role: bool = True) -> Flask:
    """The application, as `settings` describe it.

    Refuses to serve as a role that the walls do not bind, and in production behind walls that are not as declared.
    """
    from app import (
        accounts,
        areas,
        audit,
        commands,
        documents,
        extensions,
        files,
        handbook,
        jobs,
        models,  # noqa: F401  (every table is known, and every session announces who is asking)
        navigation,
        notifications,
        ui,
    )
    from app.core import bodies, cookies, faults, headers, logs, privacy
    from tenants.audit import refuse_broken_walls
    from tenants.database import db
    from tenants.mount import Mount
    from tenants.provisioning import refuse_unsafe_role
    from tenants.registry import registry

    settings = settings or Settings.from_env(os.environ)
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(_config(settings))
    app.request_class = bodies.Bounded
    app.session_interface = cookies.CookiePerPlace()
    app.json.ensure_ascii = False  # type: ignore[attr-defined]

    privacy.configure(privacy.Keyring(settings.keys))
    db.init_app(app)
    extensions.migrate.init_app(app, db, directory="migrations")
    extensions.csrf.init_app(app)
    extensions.login.init_app(app)
    extensions.babel.init_app(app, locale_selector=ui.preferences.locale)
    logs.init_app(app)
    headers.init_app(app)
    faults.init_app(app)
    accounts.init_app(app)
    audit.init_app(app)
    files.init_app(app)
    documents.init_app(app, check_role=check_role)
    notifications.init_app(app)
    handbook.init_app(app)
    ui.init_app(app)
    areas.init_app(app)
    navigation.init_app(app)
    commands.init_app(app)

    with app.app_context():
        engine = db.engine
        refuse_unsafe_role(engine, now=check_role)
        if check_role and settings.environment == "production":
            refuse_broken_walls(engine)
        registry.use(engine)
        jobs.use(app)
    app.wsgi_app = Mount(app.wsgi_app, registry)  # type: ignore[method-assign]
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _config(settings: Settings) -> dict[str, Any]:
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.environment == "test",
        "SQLALCHEMY_DATABASE_URI": settings.url("portal_app"),
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_size": 8,
            "max_overflow": 4,
            "pool_timeout": 3,  # a full pool is a fast 503, not a queue
            "pool_recycle": 300,
            "pool_pre_ping": False,
            "hide_parameters": True,  # what somebody typed is in no message of a fault
            "connect_args": {"connect_timeout": 5},
        },
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "TRUSTED_HOSTS": list(settings.trusted_hosts),
        "MAX_CONTENT_LENGTH": 64 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
        "MAX_FORM_PARTS": 500,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": "../translations",
    }

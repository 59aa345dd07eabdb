"""The libraries that stand beside the application, made once."""

from __future__ import annotations

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

babel = Babel()
login = LoginManager()
csrf = CSRFProtect()
migrate = Migrate()

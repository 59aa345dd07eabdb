"""What a server imports and what `flask` finds."""

import os
import sys

from app import create_app
from app.core import logs
from app.serve import environment
from app.settings import Settings, Unusable
from tenants.cli import FAULTS, explained

serving = "FLASK_RUN_FROM_CLI" not in os.environ
if serving:
    logs.configure()  # before anything can go wrong: Python by itself would write a fault out with all that it quotes
# A server refuses to start as a role that the walls do not bind. A command may come before there are roles at all.
try:
    app = create_app(Settings.from_env(environment.known()), check_role=serving)
except Unusable as fault:
    sys.exit(" ".join(fault.both))
except FAULTS as fault:
    if said := explained(fault):
        sys.exit(" ".join(said))
    raise

"""What a server imports and what `flask` finds."""

from app import create_app
from app.serve import environment
from app.settings import Settings

app = create_app(Settings.from_env(environment.known()))

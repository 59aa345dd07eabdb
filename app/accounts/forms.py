"""Forms of people and passwords."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from app.accounts import passwords, services
from app.accounts.permissions import roles_of
from app.core.forms import Form, Line
from tenants import realm

_FILLED = InputRequired(_l("Please fill this in."))


class SignInForm(Form):
    """`kept` is what was typed elsewhere while the session ended, sealed."""

    kept = HiddenField()
    login = Line(_l("Sign-in name"), [_FILLED])
    password = PasswordField(_l("Password or one-time code"), [_FILLED])


class PasswordForm(Form):
    """The old one is not asked for after a slip. An error page repeats nothing that is named a password."""

    old_password = PasswordField(_l("Present password"), [_FILLED])
    new_password = PasswordField(_l("New password"), [_FILLED])
    new_password_again = PasswordField(
        _l("New password once more"), [_FILLED, EqualTo("new_password", _l("The two are not the same."))]
    )

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.new_password.description = _(
            "At least %(count)s characters, better %(more)s; several words are easier to keep in mind than signs. "
            "Blanks and Chinese are welcome. Leave out names, 12315 and years.",
            count=passwords.shortest(),
            more=max(passwords.ADVISED, passwords.shortest()),
        )

    @property
    def old(self) -> str:
        """What was typed for the old one; empty where it was not asked for."""
        return self.old_password.data if "old_password" in self else ""


class PersonForm(Form):
    name = Line(_l("Full name"), [_FILLED, Length(max=40, message=_l("At most 40 characters."))])
    title = Line(
        _l("Position"),
        [Length(max=40, message=_l("At most 40 characters."))],
        description=_l("As on the door, such as Mediator or Director."),
    )
    role = SelectField(_l("Role"), [_FILLED], description=_l("What a role may do stands on the page “Roles”."))

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.role.choices = [(role.code, role.label) for role in roles_of(realm.home().kind)]


class NewPersonForm(PersonForm):
    login = Line(
        _l("Sign-in name"),
        [_FILLED, Regexp(services.LOGIN, message=_l("Use 2 to 40 letters, digits, dots or dashes."))],
        description=_l("Letters and digits, such as wang.fang or a staff number. It cannot be changed later."),
    )

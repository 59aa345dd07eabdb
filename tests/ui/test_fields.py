import re

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.core.forms import Form, Line, Money, Prose

FORM = """{% import "ui/forms.html" as forms with context %}
{% call forms.form(form, action="/x", submit="Save") %}
{% for name in ("title", "body", "amount", "channel", "kind", "elder") %}{{ forms.field(form[name]) }}{% endfor %}
{% endcall %}"""


WAYS = [SelectChoice("w", "Window"), SelectChoice("t", "Phone")]


class Intake(Form):
    title = Line("Title", [InputRequired("Say it in one line.")], description="One line")
    body = Prose("Body")
    amount = Money("Amount")
    channel = RadioField("Channel", [InputRequired("Choose one.")], choices=WAYS)
    kind = SelectField("Kind", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
    elder = BooleanField("Elderly")


@pytest.fixture
def blank(show):
    return show(FORM, form=Intake(formdata=None))


@pytest.fixture
def refused(show):
    form = Intake(formdata=MultiDict({"body": "<script>typed</script>", "amount": "many"}))
    form.validate()
    form.form_errors = ["Twice the same."]
    return show(FORM, form=form)


def test_every_control_has_its_label_above_and_the_optional_ones_say_so(blank):
    for name in ("title", "body", "amount", "kind", "channel-0", "channel-1", "elder"):
        assert f'for="{name}"' in blank
    assert len(re.findall(r'class="optional"', blank)) == 2  # body, amount; a list without an empty line is settled
    assert "<legend>Channel</legend>" in blank


def test_help_is_tied_to_its_field(blank):
    assert re.search(r'<input[^>]*aria-describedby="title-help"[^>]*id="title"', blank)
    assert 'id="title-help"' in blank


def test_the_browser_is_not_asked_to_judge(blank):
    assert "novalidate" in blank
    assert 'name="csrf_token"' in blank


def test_a_refusal_lists_every_error_as_a_link_to_its_control(refused):
    assert "Twice the same." in refused
    for target in ("title", "amount", "channel-0"):
        assert f'href="#{target}"' in refused
        assert f'id="{target}"' in refused


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(refused):
    assert re.search(r'<input[^>]*aria-describedby="title-help title-wrong"[^>]*aria-invalid="true"', refused)
    assert "&lt;script&gt;typed" in refused
    assert 'value="many"' in refused


def test_each_showing_of_a_form_is_one_submission_and_a_refusal_keeps_its_key(show):
    shown = [show(FORM, form=Intake(formdata=None)) for _n in range(2)]
    keys = {re.search(r'name="submission_key" value="([^"]+)"', html)[1] for html in shown}
    assert len(keys) == 2
    again = Intake(formdata=MultiDict({"submission_key": "the same"}))
    assert 'value="the same"' in show(FORM, form=again)


class Settled(Form):
    scope = RadioField("Scope", choices=[SelectChoice("", "Only we"), SelectChoice("y", "All")], default="")
    way = RadioField("Way", choices=WAYS)
    kind = SelectField("Kind", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
    level = SelectField("Level", choices=[SelectChoice("", "—"), SelectChoice("b", "B")])


@pytest.mark.parametrize(("name", "said"), [("scope", False), ("kind", False), ("way", True), ("level", True)])
def test_a_choice_that_is_made_already_is_not_called_optional(show, name, said):
    one = '{% import "ui/forms.html" as forms with context %}{{ forms.field(form[name]) }}'
    assert ("optional" in show(one, form=Settled(formdata=None), name=name)) is said

"""How much a request may carry: a form with files what files need, anything else no more than texts do."""

from __future__ import annotations

from flask import Request


class Bounded(Request):
    """Only a multipart form is read piece by piece; a body of any other kind is held in memory whole."""

    @property
    def max_content_length(self) -> int | None:
        most, texts = super().max_content_length, self.max_form_memory_size
        if self.mimetype == "multipart/form-data" or most is None or texts is None:
            return most
        return min(most, texts)

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

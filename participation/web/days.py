"""Days in forms, as people here write them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField


class Day(DateField):
    """A day; what is no date says so in our words and stays in the field."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a day as browsers send it, or as people here write it."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
            self.strptime_format = self.format = [pattern]
            try:
                super().process_formdata([valuelist[0].strip()])
            except ValueError:
                continue
            return
        raise ValueError(_l("Schreiben Sie den Tag so: 12.12.2019."))

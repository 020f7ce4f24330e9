"""What the production server loads: `participation.wsgi:app`."""

import gc
import sys

# Nothing loaded at the start is ever thrown away: looking for garbage in it would only take time, now and later.
gc.disable()

from config import ConfigError  # noqa: E402
from participation.app import create_app  # noqa: E402

try:
    app = create_app(commands=False)
except ConfigError as error:
    sys.exit(error.message)
gc.freeze()
gc.enable()

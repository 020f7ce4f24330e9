"""What the production server loads: `participation.wsgi:app`."""

import sys

from config import ConfigError
from participation.app import create_app

try:
    app = create_app()
except ConfigError as error:
    sys.exit(error.message)

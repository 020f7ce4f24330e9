"""The participation platform. `create_app` builds it; every room's door-plate says what lives there."""

from participation.app import create_app

__all__ = ["create_app"]

"""The blueprint that the views of the strategy share."""

from flask import Blueprint

strategy = Blueprint("strategy", __name__)

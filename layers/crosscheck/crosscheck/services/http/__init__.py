"""A page that a region serves, asked for without reaching any private address."""

from crosscheck.contracts.service import Service
from crosscheck.services.http.check import Http

SERVICE = Service(checks=(Http(),))

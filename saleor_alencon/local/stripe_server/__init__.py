"""Serveur d'essai Stripe: a stateful HTTP double of the parts of Stripe that this project uses.

It is not Stripe, and no money moves. What it models and what not: docs/stripe-test-server.md.
"""

from .rules import Rules
from .running import StripeControl, StripeServer, running_stripe_server

__all__ = ["Rules", "StripeControl", "StripeServer", "running_stripe_server"]

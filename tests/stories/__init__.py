"""Random stories of an association's Stripe account, and those who hear of them."""

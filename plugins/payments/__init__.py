"""Takes the payment of a whole basket on the association's Stripe account."""

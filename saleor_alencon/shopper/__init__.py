"""What a shopper does with an order, without an account."""

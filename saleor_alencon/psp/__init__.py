"""What the payment provider says of the association's money, and what follows in the books."""

"""Lets a merchant work in Saleor's stock Dashboard, and see and touch its own shop only."""

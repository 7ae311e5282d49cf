"""Delivery rounds in town: what is fetched at which shop, and brought to whom."""

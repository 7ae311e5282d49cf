"""The Office service of Acheter à Alençon. Never imports saleor."""

__version__ = "0.1.0"

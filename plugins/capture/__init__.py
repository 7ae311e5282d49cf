"""Writes every order of Saleor, as the public API shows it, into the Office's inbox."""

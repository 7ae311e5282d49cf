"""``python -m saleor_alencon`` is the command ``alencon``."""

from saleor_alencon.cli import main

main()

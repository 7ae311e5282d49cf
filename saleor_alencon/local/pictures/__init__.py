"""Product pictures for demo catalogues, drawn by code in the town's colours. Needs Pillow."""

"""The root fields of the API, one module per concept."""

"""What the association invoices to its merchants: commission and dues, numbered without a gap."""

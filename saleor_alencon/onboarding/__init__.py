"""Where a shop stands on its way to selling: facts from several apps, brought together."""

"""The members' yearly contributions: called, paid, or withheld from a settlement."""

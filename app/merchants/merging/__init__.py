"""Entries of the register that mean one merchant: found, merged, and taken apart again."""

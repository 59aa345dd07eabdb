"""Mechanics without nouns: areas and pages, the unit of work, lists, forms, numbers, keys to personal fields."""

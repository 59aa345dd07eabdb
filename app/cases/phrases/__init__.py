"""Phrases (常用语): words written again and again, kept by a center or by one person, with variables in them."""

"""Suggestions (类别建议): which category a text speaks of, and which merchant it may mean. Advice, and nothing more.

What is learned comes from the center's own closed cases and stays in its own folder. Nothing is ever filled in, saved
or changed by a suggestion: a person takes it over, or does not look at it.
"""

"""Staffing (人手): who is away, handing cases over (交接), and who holds most of what is due."""

"""One machine, one command: PostgreSQL, the portal and its job worker, started together and stopped together.

`python -m app.serve` is what `make demo` runs. A city in earnest runs the three under its own supervisor.
"""

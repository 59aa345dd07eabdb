"""Group cases (群体投诉): one merchant, many consumers; facts and findings written once, a ledger line for each.

The members are cases of the center and stay what they are: each has its own clocks, documents and end.
"""

"""Signals about unusual claimants (生活消费需要 LC1–LC5, 令121 art. 17): advice for who decides, and for nobody else.

Nothing follows from a signal. A person judges, says why, and the clue is checked all the same.
"""

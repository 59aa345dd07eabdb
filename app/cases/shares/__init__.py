"""What each gets of a joint complaint (共同投诉, 令20 art. 11): claimed, agreed, answered, paid 分户台账.

The case has one settlement and one row of instalments, as any other; here stands whose they are, to the fen.
"""

"""Related cases (关联案件): that two cases of a center have to do with each other, what, and why somebody says so.

Relate 关联, take the relation away 解除关联. Nothing follows from it: each case goes its own way.
"""

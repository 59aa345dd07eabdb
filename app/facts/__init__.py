"""Facts (统计数据): summary figures inside each tenant, kept current from the audit trail, recounted on demand.

What a case contributes is one pure function of the case (`tally.contributions`); a job compares it with what the case
contributed before and adds the difference. So a correction anywhere moves exactly the figures that it concerns.
"""

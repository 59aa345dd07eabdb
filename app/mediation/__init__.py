"""Mediation (调解): sessions 调解会, mediators 调解员, rooms 调解室, recusal 回避, offers 报价, instalments 分期履行.

A session holds its room, its people and its case for its time: the database refuses a second session that wants one
of them (`MediationBooking`). What the parties agreed in the end is taken by the step of the case; what follows from it,
instalments, proofs and the judicial confirmation, is tracked here.
"""

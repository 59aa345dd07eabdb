"""Handoffs (往来): the one way in which work crosses a wall between organisations.

Refer 移送 (center → center), request 转办 (center → department). A handoff has a packet (随件材料: what the sender
chose to share and nothing else), steps (经过), words (往来), clocks on either side (时限) and a life of its own:
sent 已发出, signed for 已签收, accepted 已接收 | returned 已退回, answered 已回复, closed 已办结, withdrawn 已撤回.
Assistance 协查, assignment 交办 and supervision 督办 are further kinds of the same thing: a kind is data in `kinds`.

Each side records its own steps in its own chain; a job tells the other side, once. What the sender did not share
cannot be read through a handoff by anybody.
"""

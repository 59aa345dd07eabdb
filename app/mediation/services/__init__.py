"""What is done about mediation: the register 名册, and the sessions 调解会."""

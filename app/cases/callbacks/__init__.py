"""Call-backs (回访): asking the consumer after closing, and how satisfied they were (满意度)."""

"""Search (检索): two-character words of Chinese, whole words of everything else, one index per tenant's documents.

PostgreSQL has no parser for Chinese, and a trigram index does not help with words of two characters. So the index
holds character bigrams made here, and the one function that reads it stands in `sql.py`.
"""

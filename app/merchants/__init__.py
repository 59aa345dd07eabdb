"""Merchants (经营者): whom consumers complain about, as a county keeps them: name, shop sign (招牌), credit code.

统一社会信用代码 is checked by its last character (GB 32100-2015). The person to call is private.
"""

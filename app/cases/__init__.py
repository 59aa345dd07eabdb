"""Cases (案件): what a consumer asks for, and its life from being lodged (待受理) to being closed (已办结).

Lodge 登记, accept 受理, refuse 不予受理, mediate 调解, settle 达成调解, end 终止调解, close 办结,
refer 移送, reopen 重新办理.
The case itself carries no personal data: it is what the bureau counts. Who complained, and in what words, is private.
"""

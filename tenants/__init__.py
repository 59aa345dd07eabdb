"""Walls between organisations: whose data a request, a job or a command may see and change.

租户之墙：数据归谁、谁能看、谁能改，由数据库保证。
"""

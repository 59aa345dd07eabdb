"""Evidence and letters as files: what is taken in, where it lies, how it is handed out.

附件：核验、存放、下载。A file is stored under its organisation by a random name and is never shared between two.
"""

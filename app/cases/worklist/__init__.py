"""The queue as a place to work at (工作台): filters that were kept (常用筛选), and how each person likes the list."""

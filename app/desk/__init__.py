"""The desk (工作台): a person's day, and the one search box."""

"""Bureau (市局): it sees everything that matters of every county, touches nothing, and reads no file uncalled.

Figures come from `facts`, lists and cases from what the counties' rows say without personal data. To read a file
somebody calls it in (调阅): a `Grant`, with a reason and a last moment, told to the county before it begins.
"""

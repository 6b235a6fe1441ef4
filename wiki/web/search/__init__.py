"""Search: the page of results and its suggestions, and searches that are kept.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

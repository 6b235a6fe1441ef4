"""HTTP: the context of a request, forms, pages that are cached, limits, errors, safety.

Uses no other room of this floor; below it: services, render and the domain, never git or SQL.
Handlers ask a service and show the answer.
"""

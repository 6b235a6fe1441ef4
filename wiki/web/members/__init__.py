"""Members: signing up and in, accounts, profiles, invitations, terms, other providers.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

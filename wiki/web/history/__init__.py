"""History: addresses of revisions, differences and blame; hiding parts of a revision.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

"""Access: screens of those in charge: rules, rights, groups, the audit log.

May use, beside `http` and `moderation` on this floor: services, render and the domain, never git or
SQL. Handlers ask a service and show the answer.
"""

"""Moderation: forms of reports and cautions, and the moderators' screens.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

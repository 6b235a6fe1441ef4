"""Notices: screens of notifications, watches and mail, and the way out of mail.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

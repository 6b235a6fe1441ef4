"""Talk: forms of comments, passages marked on a page, mentions, closing, comments that wait.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

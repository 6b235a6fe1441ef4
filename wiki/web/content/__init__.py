"""Content: addresses of files beside pages, to show and to upload.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

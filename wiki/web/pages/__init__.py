"""Pages: addresses of pages, lists, the front page, people, recent changes and feeds.

May use, beside `exports`, `history`, `http`, `operation` and `talk` on this floor: services, render
and the domain, never git or SQL. Handlers ask a service and show the answer.
"""

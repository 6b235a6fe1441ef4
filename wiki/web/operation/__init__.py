"""Operation: addresses for machines that watch (alive, ready, counts), templates compiled.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

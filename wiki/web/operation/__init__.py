"""Operation: addresses for machines that watch: alive, ready, counts for Prometheus.

May use, beside `http` on this floor: services, render and the domain, never git or SQL. Handlers
ask a service and show the answer.
"""

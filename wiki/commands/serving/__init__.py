"""The web server's processes: connections, the gunicorn worker, logging, the lifeline to a parent.

Uses none of the commands.
"""

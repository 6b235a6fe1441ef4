"""Login: forms that prove who somebody is: passkeys, second steps, passwords, addresses.

May use, beside `http` and `members` on this floor: services, render and the domain, never git or
SQL. Handlers ask a service and show the answer.
"""

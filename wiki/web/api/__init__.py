"""The API: all that programs may ask at `/api/v1`, by the services that the screens use.

`operations` declares an address with what goes in and comes out, `shapes` are the forms of JSON,
`door` decides who asks. May use, beside `http` on this floor: `content`, `search`; services, render
and the domain, never git or SQL.
"""

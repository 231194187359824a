"""Pages: one module a screen, each calls one action or one query. Templates and static files lie beside them.

Comes in: a request. Goes out: a page or a fragment that works without JavaScript. It must never decide who may see what.
"""

"""The web app on a library: pages, their JSON twins and the REST interface; no logic of its own.

``site`` holds what a request needs, ``shown`` makes a page and its twin of one view, ``server`` puts
the parts together. What is shown comes from ``desk``. Invariant: nothing here reads an account, compares
or fetches: that is asked of the worker, and a page never waits for it.
"""

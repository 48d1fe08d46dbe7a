"""The desk: what a reader opens in the morning, as view-models over the library.

Each function takes the library and gives a JSON-able dictionary, which page, ``.json`` twin, API and
tools share. Holds no clock, no address of a page but in mail and feeds, and no finding of its own.
Invariant: lists are paged or capped, and say what they leave out.
"""

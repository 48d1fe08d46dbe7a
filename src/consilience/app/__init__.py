"""Doors to the program: the command line. No logic of their own."""

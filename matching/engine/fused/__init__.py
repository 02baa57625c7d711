"""The compiled back end: the same lists and counts as `bitset`, byte for byte, in one pass over blocks of parties.

Imported only where numba is installed (`requirements-scale.txt`); nothing outside `scan` may import it.
"""

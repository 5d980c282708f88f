"""Graphs and rules as programs: printed as source first, then run by NumPy, numba or JAX."""

"""Formulas: arithmetics whose numbers are formulas, so that a rule read in one of them prints itself.

printing.py is what they share; text.py, latex.py, mathml.py and python.py are the styles. names.py says what nodes
are called, expressions.py how they were made, and reading.py whether a rule can be read at all.
"""

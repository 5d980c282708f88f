"""Expressions in text, read into graphs; nothing is ever executed.

text.py holds the source and what is refused, inputs.py reads the numbers, vocabulary.py has the operators and functions,
arrays.py what they do with nested lists, and nodes.py makes the graph.
"""

from autograd_mini.expression.nodes import definitions, parse

__all__ = ["definitions", "parse"]

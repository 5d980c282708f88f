"""Expressions in text, read into graphs; nothing is ever executed.

text.py holds the source and what is refused, nodes.py makes the graph.
"""

from autograd_mini.expression.nodes import parse

__all__ = ["parse"]

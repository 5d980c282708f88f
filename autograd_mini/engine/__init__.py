"""The engine: rules, the Values that record them, and the sweeps. No pictures, no sentences, no formulas.

Begin with value.py; then primitives.py, the table of rules, and operations.py, which makes the operators of
Value from it. graph.py walks, recording.py knows of `no_grad`, and arithmetic.py is what floats can do.
"""

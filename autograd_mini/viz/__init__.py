"""Pictures of a graph, in five small steps that can each be read and tested alone.

scene.py says what is shown, as plain data, in an arithmetic of formulas; dot.py writes it down for a layout
engine; layout.py asks the engine where everything goes; svg.py and tikz.py draw it; drawing.py is the object
that users hold. colours.py, sizes.py and lettering.py are what all drawings share.
"""

from autograd_mini.viz.drawing import Drawing, draw

__all__ = ["Drawing", "draw"]

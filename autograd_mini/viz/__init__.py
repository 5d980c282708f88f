"""Pictures of a graph, in five small steps that can each be read and tested alone.

scene.py says what is shown, as plain data; dot.py writes it down for a layout engine; layout.py asks
the engine where everything goes; svg.py draws it; drawing.py is the object that users hold.
"""

from autograd_mini.viz.drawing import Drawing, draw

__all__ = ["Drawing", "draw"]

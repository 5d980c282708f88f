"""Pictures of a graph, in small steps that can each be read and tested alone.

scene.py says what is shown, as plain data, in an arithmetic of formulas, and looks.py in which look; faces.py says
where things stand on a card. network.py places networks; for other graphs dot.py writes the scene down and layout.py
asks a layout engine; geometry.py is what comes back. svg.py and tikz.py draw it; drawing.py is the object that users
hold. colours.py, sizes.py, flows.py and lettering.py are what all drawings share.
"""

from autograd_mini.viz.drawing import Drawing, draw

__all__ = ["Drawing", "draw"]

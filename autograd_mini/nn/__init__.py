"""Neurons, layers and networks: modules, whose parameters are plain leaf Values.

layers.py has the networks, module.py what a module is, sizes.py how large one can be, init.py how weights
begin, saving.py the model files.
"""

from autograd_mini.nn.layers import MLP, Dropout, Layer, Neuron
from autograd_mini.nn.module import Module

__all__ = ["MLP", "Dropout", "Layer", "Module", "Neuron"]

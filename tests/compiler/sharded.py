"""A training step over a mesh of devices, for subprocesses of test_xla.py: XLA reads how many before it starts.

python sharded.py DEVICES [ADDRESS RANK]: the devices of this process, and of two processes, which one it is.
Prints the loss, the gradient and how many all-reduces the step has, as JSON.
"""

import json
import os
import re
import sys

devices, *network = sys.argv[1:]
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from compiler.programs import mlp  # noqa: E402
from jax.sharding import Mesh, NamedSharding, PartitionSpec  # noqa: E402

from autograd_mini.compiler.xla import to_jax  # noqa: E402

jax.config.update("jax_enable_x64", True)
if network:
    address, rank = network
    jax.distributed.initialize(address, num_processes=2, process_id=int(rank))

case = mlp([2, 16, 16, 1], examples=64, gradient=False)
network_of = to_jax(case.program)


@jax.jit
def step(w, *inputs):
    """The mean loss, its gradient, and the parameters after a step."""
    loss, gradient = jax.value_and_grad(lambda w: jnp.mean(network_of(w, *inputs)[0]))(w)
    return loss, gradient, w - 0.1 * gradient


mesh = Mesh(np.array(jax.devices()), ("examples",))
everywhere, split = NamedSharding(mesh, PartitionSpec()), NamedSharding(mesh, PartitionSpec("examples"))


def placed(array, sharding):
    """The array, of which every process has all, in the parts that its devices are to have."""
    array = np.array(array)
    return jax.make_array_from_callback(array.shape, sharding, lambda part: array[part])


arguments = placed(case.parameters, everywhere), *[placed(column, split) for column in case.columns]
compiled = step.lower(*arguments).compile()
loss, gradient, _ = compiled(*arguments)
reduces = re.findall(r" all-reduce(?:-start)?\(", compiled.as_text())
print(json.dumps([float(loss), np.asarray(gradient).tolist(), len(reduces), len(jax.devices())]))

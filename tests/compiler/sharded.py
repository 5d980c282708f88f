"""A training step over a mesh of devices, for subprocesses of test_xla.py: XLA reads how many before it starts.

python sharded.py DEVICES [ADDRESS RANK]: the devices of this process, and of two processes, which one it is.
Prints the loss, the gradient, how many all-reduces the step has, and of how many devices, as JSON.
"""

import json
import os
import re
import sys


def main(devices, *network):
    """Print the step of this process."""
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"

    import jax
    import jax.numpy as jnp
    import numpy as np
    from compiler.programs import mlp
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    from autograd_mini.compiler.xla import to_jax

    jax.config.update("jax_enable_x64", True)
    if network:
        address, rank = network
        jax.distributed.initialize(address, num_processes=2, process_id=int(rank))
    case = mlp([2, 16, 16, 1], examples=64, gradient=False)
    f = to_jax(case.program)
    mesh = Mesh(np.array(jax.devices()), ("examples",))
    everywhere, split = NamedSharding(mesh, PartitionSpec()), NamedSharding(mesh, PartitionSpec("examples"))

    @jax.jit
    def step(w, *inputs):
        loss, gradient = jax.value_and_grad(lambda w: jnp.mean(f(w, *inputs)[0]))(w)
        return loss, gradient, w - 0.1 * gradient

    def placed(array, sharding):
        array = np.array(array)  # all of it, of which each device takes its part
        return jax.make_array_from_callback(array.shape, sharding, lambda part: array[part])

    arguments = placed(case.parameters, everywhere), *[placed(column, split) for column in case.columns]
    compiled = step.lower(*arguments).compile()
    loss, gradient, _ = compiled(*arguments)
    reduces = re.findall(r" all-reduce(?:-start)?\(", compiled.as_text())
    print(json.dumps([float(loss), np.asarray(gradient).tolist(), len(reduces), len(jax.devices())]))


if __name__ == "__main__":
    main(*sys.argv[1:])

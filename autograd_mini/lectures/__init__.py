"""The lectures: course documents as files that a teacher can read, change and hand out.

A file of TOML says what an example is: definitions as text, numbers, what the document prints, what it claims. It is
data: nothing in it is executed, and every number that is shown is computed. loader.py reads a file, documents.py is
what was read, running.py computes it, claims.py and checks.py compare it with what the document says.

>>> from autograd_mini import lectures
>>> run = lectures.get("mlp-regression-td1").run(w_31=0.5)
>>> round(run.values["h_1"], 4), round(run.gradients["w_31"], 4)
(0.7311, 0.0774)
"""

from autograd_mini.lectures.library import all, get, load

__all__ = ["all", "get", "load"]

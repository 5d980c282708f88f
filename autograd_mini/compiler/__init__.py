"""The compiler: a function of Values traced once, as a list of operations, and replayed at the speed of the machine."""

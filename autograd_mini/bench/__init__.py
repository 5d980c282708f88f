"""Speed beside others, for `autograd-mini bench`: what is timed, and the table."""

"""Programs traced from scalar code, and the machines that run them."""

"""Two small kernels for two compilers."""

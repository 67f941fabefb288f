"""Kernels: how they become machine code, and how a process loads it without the compiler."""

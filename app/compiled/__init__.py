"""How kernels become machine code, and how a process gets it without loading the compiler."""

"""How kernels are compiled.

Entry kernels are cached, and release the interpreter so that threads can share the work. The parts
they call are compiled into them and are not cached on their own; see `revision` for why. Parts
allocate nothing and so need no reference counting, which Numba would otherwise do for every slice
they take: three quarters of the time of a customer with 50 events. (`_nrt` is how Numba compiles
its own string functions and sorts.) Divisions by zero give NaN or infinity as in NumPy.
"""

from numba import njit

entry = njit(error_model="numpy", cache=True, nogil=True)
part = njit(error_model="numpy", _nrt=False)
allocating_part = njit(error_model="numpy")

"""How kernels are compiled: see `app.compiled.kernel`."""

from app.compiled.kernel import entry, part

__all__ = ["entry", "part"]

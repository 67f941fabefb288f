"""One file per feature family: names, windows, texts and the kernel that measures them."""

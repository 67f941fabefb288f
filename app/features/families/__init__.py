"""One file for each feature family: names, windows, texts, and the kernel that measures them.

To add a family, write a module here that defines `FAMILY` and add its name to the tuple in
`app.features.catalogue`.
"""

"""The folder of one bundle: its manifest and files, written, read and verified."""

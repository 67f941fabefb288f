"""The features of a log with Polars and with DuckDB, as well as we can write them."""

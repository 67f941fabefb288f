"""Activity, customer and score files: the formats that come in and go out.

Data frames stay in this room and in `app.use_cases.files`: no other part of the service may import
Polars or PyArrow, and an import-linter contract enforces it.
"""

from app.files.activity import (
    ActivityFile,
    activities_of,
    read_activity,
    with_event_ids,
)
from app.files.customers import CustomersFile, customers_of, read_customers
from app.files.file_reading import FileReading
from app.files.histories import base_currency, count_foreign_amounts, history_of
from app.files.scores import write_rejects, write_scores

__all__ = [
    "ActivityFile",
    "CustomersFile",
    "FileReading",
    "activities_of",
    "base_currency",
    "count_foreign_amounts",
    "customers_of",
    "history_of",
    "read_activity",
    "read_customers",
    "with_event_ids",
    "write_rejects",
    "write_scores",
]

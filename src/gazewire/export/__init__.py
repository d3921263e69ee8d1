"""Recordings as tables and data sets that other programs read, and as pictures for people."""

from gazewire.export.batch import ExportResult, export_all
from gazewire.export.conversion import Conversion, convert_recording
from gazewire.export.exporting import Exported, ExportFormat, export_recording, tables_of
from gazewire.export.table import Table, write_csv, write_parquet

__all__ = [
    "Conversion",
    "ExportFormat",
    "ExportResult",
    "Exported",
    "Table",
    "convert_recording",
    "export_all",
    "export_recording",
    "tables_of",
    "write_csv",
    "write_parquet",
]

"""A run as one file to take away."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pandas as pd

from mhattn_core.runs.run import Run


def zipped(run: Run) -> bytes:
    """Its manifest and tables, each table as .parquet and as .csv; without the sums that only merging needs."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as packed:
        for path in sorted(run.folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                packed.write(path, f"{run.id}/{path.name}")
            if path.suffix == ".parquet":
                # With a mark, since spreadsheets take UTF-8 for something else without it.
                packed.writestr(
                    f"{run.id}/{path.stem}.csv", pd.read_parquet(path).to_csv(index=False).encode("utf-8-sig")
                )
    return content.getvalue()

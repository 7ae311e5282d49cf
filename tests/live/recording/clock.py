"""Lets Saleor and PostgreSQL live in another time than this machine."""

import datetime
import time
from pathlib import Path

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


class SimulatedClock:
    """A file with an offset that both servers read at each look at the clock.

    Monotonic clocks stay real, so that waits and time-outs are not disturbed.
    """

    def __init__(self, folder: Path) -> None:
        if not LIBRARIES:
            raise SystemExit("libfaketime is missing: apt-get install libfaketime")
        self.file = folder / "offset"
        self.now = datetime.datetime(2026, 9, 21, 6, tzinfo=datetime.UTC)
        folder.chmod(0o755)  # PostgreSQL's user reads the file too
        self._write()

    def saleor_environment(self, plugins: Path) -> dict[str, str]:
        """Return what Saleor needs in its environment to live in this time."""
        return {
            "DJANGO_SETTINGS_MODULE": "simulated_settings",
            "ALENCON_RECORDING_OFFSET": str(self.file),
            "PYTHONPATH": f"{plugins}:{Path(__file__).with_name('saleor_side')}",
        }

    def postgres_environment(self) -> dict[str, str]:
        """Return what PostgreSQL needs in its environment to live in this time."""
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def advance_to(self, moment: datetime.datetime) -> None:
        """Set the time; it never goes back."""
        present = datetime.datetime.fromtimestamp(time.time() + self.offset, datetime.UTC)
        self.now = max(moment, present + datetime.timedelta(milliseconds=50))
        self._write()

    def _write(self) -> None:
        self.offset = self.now.timestamp() - time.time()
        partial = self.file.with_suffix(".new")
        partial.write_text(f"{self.offset:+.3f}\n")
        partial.chmod(0o644)
        partial.rename(self.file)

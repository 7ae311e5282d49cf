"""Settings of a Saleor whose clock runs at another time, for the recording only.

Saleor and Django ask ``django.utils.timezone.now`` for the time; it is replaced before either is
imported further. Preloading libfaketime into this process does not work: its event loop spins.
"""

import datetime
import os
from pathlib import Path

from django.utils import timezone

OFFSET = Path(os.environ["ALENCON_RECORDING_OFFSET"])


def simulated_now() -> datetime.datetime:
    """Return the present moved by the offset that the file holds now."""
    offset_seconds = float(OFFSET.read_text())
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=offset_seconds)


timezone.now = simulated_now

from saleor_alencon_settings.saleor import *  # noqa: E402, F403

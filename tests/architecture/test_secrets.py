"""No key of a payment provider is in the repository; those of tests are short or speak."""

import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# A real key goes on with 24 or more letters and digits, without a word boundary.
KEY = re.compile(rb"\b(?:[srp]k_(?:live|test)|whsec)_[A-Za-z0-9]{24,}")
LIVE = re.compile(rb"\b[srp]k_live_(?!SECRETPART|PUBLICPART)[A-Za-z0-9]{8,}")
SECRET_OF_A_PAYMENT = re.compile(rb"\bpi_[A-Za-z0-9]{20,}_secret_[A-Za-z0-9]{10,}")


def test_no_tracked_file_holds_a_key_or_a_client_secret() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True
    ).stdout
    found = []
    for name in listed.decode().rstrip("\0").split("\0"):
        path = PROJECT / name
        if not path.is_file():
            continue
        data = path.read_bytes()
        if any(pattern.search(data) for pattern in (KEY, LIVE, SECRET_OF_A_PAYMENT)):
            found.append(name)
    assert found == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert KEY.search(b"whsec_" + b"a" * 24)
    assert LIVE.search(b"sk_live_" + b"a" * 8)
    assert SECRET_OF_A_PAYMENT.search(b"pi_" + b"3" * 20 + b"_secret_" + b"x" * 10)

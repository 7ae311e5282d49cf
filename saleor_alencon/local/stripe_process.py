"""The Stripe test server beside the Office on this machine, where no key names Stripe itself."""

import os
import sys
from pathlib import Path

from saleor_alencon.local.embedded_postgres import var_folder
from saleor_alencon.local.processes import Processes, find_free_port, wait_for_port
from saleor_alencon.local.stripe_server.answering import PUBLISHABLE_KEY, SECRET_KEY

HOST = "127.0.0.1"


def data_file() -> Path:
    """Return the file that keeps the test server's state; its port is kept beside it."""
    return var_folder() / "stripe" / "state.sqlite3"


def lead_to_test_server(*, starting: bool) -> None:
    """Set the variables that lead this process and its children to the test server.

    ``alencon up`` is ``starting`` it, and keeps its port; another command finds it by that port
    when it works on the same local data. A key in the environment names another account.
    """
    port_file = data_file().with_name("port")
    if "STRIPE_SECRET_KEY" in os.environ:
        return
    if not starting and ("DATABASE_URL" in os.environ or not port_file.exists()):
        return
    if not port_file.exists():
        port_file.parent.mkdir(parents=True, exist_ok=True)
        port_file.write_text(str(find_free_port()))
    os.environ["STRIPE_SECRET_KEY"] = SECRET_KEY
    os.environ["STRIPE_PUBLISHABLE_KEY"] = PUBLISHABLE_KEY
    os.environ["STRIPE_API_BASE"] = f"http://{HOST}:{port_file.read_text()}"


def test_server_port() -> int | None:
    """Return the test server's port when this process was led to it, else None."""
    if os.environ.get("STRIPE_SECRET_KEY") != SECRET_KEY:
        return None
    port_file = data_file().with_name("port")
    return int(port_file.read_text()) if port_file.exists() else None


def start_test_server(processes: Processes, *, port: int) -> None:
    """Start the test server among ``processes``; return once it answers."""
    command = [
        sys.executable, "-m", "saleor_alencon", "stripe", "--port", str(port),
        "--data", str(data_file()),
    ]  # fmt: skip
    processes.start(
        "the Stripe test server",
        command,
        environment=dict(os.environ),
        folder=Path.cwd(),
        log=data_file().with_name("log"),
    )
    wait_for_port(processes, HOST, port, seconds=60)

"""Starts several programs, watches them, and stops all of them, children included."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from saleor_alencon.errors import AlenconError

STOP_SECONDS = 15


class PortBusy(AlenconError):
    """Raised when another program listens on a port that is needed."""


class ProcessDied(AlenconError):
    """Raised when a program ended that should have gone on; the message has its last lines."""


@dataclass
class Processes:
    """A set of programs, each the leader of its own process group."""

    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: dict[str, Path] = field(default_factory=dict)

    def start(
        self,
        name: str,
        command: list[str],
        *,
        environment: dict[str, str],
        folder: Path,
        log: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program; its output goes to ``log``, or to this process's output.

        Being in its own group it does not get the terminal's Ctrl-C: ``stop`` decides the order.
        """
        output = log.open("ab") if log else None
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        if output:
            output.close()
        self.running[name] = process
        if log:
            self.logs[name] = log
        return process

    def check(self) -> None:
        """Do nothing while every program runs.

        :raises ProcessDied: naming the one that ended.
        """
        for name, process in self.running.items():
            if process.poll() is not None:
                raise ProcessDied(
                    f"{name} ended with code {process.returncode}. {self.last_lines(name)}"
                )

    def last_lines(self, name: str) -> str:
        """Return the end of a program's log."""
        log = self.logs.get(name)
        if log is None or not log.exists():
            return ""
        return "Its last lines:\n" + log.read_text(errors="replace")[-1500:]

    def stop(self) -> None:
        """Stop everything, last started first: ask, wait, then kill the whole group."""
        for process in reversed(self.running.values()):
            signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            # Children may outlive their leader: the group is killed either way.
            signal_group(process, signal.SIGKILL)
            process.wait()
        self.running.clear()


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to the program and all its children."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


@contextlib.contextmanager
def started_processes() -> Iterator[Processes]:
    """Give an empty set of programs, and stop what was started in it on the way out."""
    processes = Processes()
    try:
        yield processes
    finally:
        processes.stop()


def check_port_free(host: str, port: int, purpose: str) -> None:
    """Refuse to go on when the port is taken.

    :raises PortBusy: naming the port and what it is needed for.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortBusy(
                f"Port {port} on {host}, needed for {purpose}, is in use: stop what listens "
                "there, or choose another port"
            ) from error


def find_free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(processes: Processes, host: str, port: int, *, seconds: float) -> None:
    """Wait until something accepts connections.

    :raises ProcessDied: a program ended meanwhile, or nothing answered in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        processes.check()
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        time.sleep(0.2)
    raise ProcessDied(f"Nothing answers on port {port} after {seconds:.0f} seconds")

"""A process of Saleor's for the tests: does actions at once, or in children that are killed."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.live.live_saleor import LiveSaleor

SALEOR_SIDE = Path(__file__).parent / "saleor_side"


class KillableSaleor:
    """A process of Saleor's that does actions in children which are killed."""

    def __init__(self, live: LiveSaleor) -> None:
        environment = live.stack.saleor_environment()
        environment["PYTHONPATH"] += f":{SALEOR_SIDE}"
        code = "import killed_actions; killed_actions.serve()"
        self.ran: set[str] = set()
        self.log = (live.stack.folder / "killed.log").open("ab")
        self.process = subprocess.Popen(
            [str(live.stack.source.python), "manage.py", "shell", "-v", "0", "-c", code],
            cwd=live.stack.source.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert self._answer() == {"ready": True}

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, Path(self.log.name).read_text("utf-8")[-3000:]
        return dict(json.loads(line))

    def do(self, action: str, steps: int | None = None, **arguments: Any) -> bool:
        """Do it; return whether the process died of it.

        ``ran`` then has the plugin's functions that an action with ``steps`` ran to its end.
        """
        assert self.process.stdin is not None
        request = {"action": action, "arguments": arguments, "steps": steps}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self._answer()
        self.ran = set(answer["ran"]) or self.ran
        return bool(answer["killed"])

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.log.close()

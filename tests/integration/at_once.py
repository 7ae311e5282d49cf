"""Many people, or processes, who act at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from saleor_alencon.errors import AlenconError


def at_once(actions):
    """Run all actions at the same moment, each on a connection of its own.

    Return what they gave and the refusals they met.
    """
    ready = threading.Barrier(len(actions))

    def run(action):
        connection.ensure_connection()
        ready.wait()
        try:
            return action()
        except AlenconError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        results = list(pool.map(run, actions))
    refusals = [each for each in results if isinstance(each, AlenconError)]
    return [each for each in results if each not in refusals], refusals

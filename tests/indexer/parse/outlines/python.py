"""A queue that survives."""
import os.path
import numpy as np
from .store import Store, load as load_store
from typing import *

LIMIT = 10

# How long to wait,
# in seconds.
TIMEOUT = 2.5

DEFAULTS = {
    "size": 1,
    "name": "queue",
}


class Queue(Base, abc.Sized):
    """Holds jobs."""

    size: int = 0

    # Makes one.
    def __init__(self, store: Store) -> None:
        local = 3
        self.store = store

    @property
    def head(self) -> "Job":
        def first(jobs):
            return jobs[0]

        return first(self.store.jobs())

    name = "queue"

    class Error(Exception):
        pass


@decorated("x")
@other
async def drain(queue):
    await queue.head.run()


if __name__ == "__main__":
    drain(Queue(load_store()))

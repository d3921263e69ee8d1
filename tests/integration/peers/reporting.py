"""How a peer script talks to the test that started it (see `harness/peer.py`)."""

import json
import sys
import threading
from collections.abc import Callable
from typing import Any


def report(main: Callable[..., Any]) -> None:
    """Run `main` with the arguments on the command line and print what it returns."""
    document = main(**json.loads(sys.argv[1]))
    sys.stdout.write(f"{json.dumps(document)}\n")
    sys.stdout.flush()


def say_receiving() -> None:
    """Tell the test that data have come."""
    sys.stdout.write("receiving\n")
    sys.stdout.flush()


def when_told_to_finish(act: Callable[[], None]) -> None:
    """Call `act`, from another thread, once the test has closed our standard input."""

    def wait() -> None:
        sys.stdin.read()
        act()

    threading.Thread(target=wait, daemon=True).start()


def fields(datum: Any) -> Any:
    """Turn the official client's named tuples into dictionaries, whatever they hold."""
    if hasattr(datum, "_asdict"):
        return {name: fields(value) for name, value in datum._asdict().items()}
    return datum

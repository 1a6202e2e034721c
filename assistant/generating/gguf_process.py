"""llama.cpp in a process of its own, run as a file.

In our process it would hold Python's lock while it loads a model, wait for every client before it ends, and take us
with it where it aborts.

Arguments: the file and the window in tokens. The key comes as a line on standard input, which ends the process when it
is closed, so that none outlives its parent. The address goes to standard output. Imports nothing of citespan.
"""

import os
import sys

_AT_ONCE = 2
"""Answers that are written at the same time, each in a window of its own; others queue."""


def main() -> None:
    """Serve until standard input ends; status 1 when the model cannot be loaded."""
    from xllamacpp import CommonParams, Server

    parameters = CommonParams()
    parameters.model.path = sys.argv[1]
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.api_keys = [sys.stdin.readline().strip()]
    parameters.n_ctx, parameters.n_parallel = int(sys.argv[2]) * _AT_ONCE, _AT_ONCE
    parameters.cpuparams.n_threads = os.cpu_count() or 1
    parameters.cache_ram_mib = 0  # else up to 8 GB of earlier prompts are kept
    parameters.timeout_read = 60
    parameters.verbosity = 0
    parameters.ui = parameters.endpoint_slots = False
    parameters.offline = True
    try:
        server = Server(parameters)
    except RuntimeError:
        os._exit(1)
    print(server.listening_address, flush=True)  # what the parent waits for
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()

"""Starts a server for a benchmark and stops it again by its process id."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(port, path, process, timeout=120):
    end = time.time() + timeout
    while time.time() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    raise RuntimeError("the server did not become ready")


@contextlib.contextmanager
def served(command, ready_path, quiet=True, group=False):
    """`command` is a list in which {port} stands for the port; yields (port, process). `group`: it and
    what it starts are a process group of their own."""
    port = free_port()
    sink = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(
        [part.replace("{port}", str(port)) for part in command],
        stdout=sink,
        stderr=sink,
        stdin=subprocess.DEVNULL,
        start_new_session=group,
    )
    try:
        wait_until_ready(port, ready_path, process)
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def add_server_arguments(parser):
    parser.add_argument("--pcai", default="build/release/bin/pcai", help="our program")
    parser.add_argument("--model", help="a model to serve instead of the default one")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--peer",
        help="a command that serves the same model with another server, with {port} in it",
    )
    parser.add_argument("--peer-ready", default="/health", help="a path that is 200 when it is ready")


def our_command(arguments):
    command = [arguments.pcai, "serve", "--port", "{port}", "--threads", str(arguments.threads)]
    if arguments.model:
        command += ["--model", arguments.model]
    return command


def servers(arguments):
    """(name, command, path of readiness) of ours and, where one is given, of the peer."""
    result = [("pcai", our_command(arguments), "/ready")]
    if arguments.peer:
        result.append(("peer", arguments.peer.split(), arguments.peer_ready))
    return result

"""What the tests of outputs share: a search that finds something in seconds, and places that cannot be written."""
import contextlib
import shutil
import subprocess

import pytest
from conftest import BINARY, CACHE, IMAGES, PLAIN, TINY

FINDS = ("search", TINY, IMAGES, "--limit", 200, "--budget", 600, "--transforms", "rotate", "--knobs", "none",
         "--after-budget", 1500, "--progress", "none")


def environment(**more):
    return {**PLAIN, "XDG_CACHE_HOME": CACHE.name, **more}


def start(*arguments, **options):
    """The running process; what it prints is text."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment(), **options}
    return subprocess.Popen([str(BINARY), *map(str, arguments)], **options)


def shell(script, *arguments, timeout=60, namespace=False, **more):
    """bash -c SCRIPT with the program as $0; in a mount namespace of its own, or the test is skipped."""
    command = ["bash", "-c", script, str(BINARY), *map(str, arguments)]
    if namespace:
        probe = subprocess.run(["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "none", "/mnt"],
                               capture_output=True, text=True) if shutil.which("unshare") else None
        if probe is None or probe.returncode != 0:
            pytest.skip("no private mount namespace here")
        command = ["unshare", "--mount", "--map-root-user", *command]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment(**more))

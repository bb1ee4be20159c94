"""Run one throwaway server for a test session and end it with the session, however the session ends.

A session that is killed runs no teardown, and its servers used to stay behind with their folders. So each
server is the child of this small process, which waits for the end of its standard input: the session holds
the other end of that pipe, and the kernel closes it with the session. Unlike Linux's parent-death signal
this works everywhere, survives a change of user, and removes the folder too.

Usage: python _guard.py FOLDER SIGNAL UID GID COMMAND...   (UID and GID -1: stay who we are)
"""

import contextlib
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

GRACE_SECONDS = 10.0
LOG = "server.log"
ENDED = "ended"


def main(folder: Path, stop: signal.Signals, uid: int, gid: int, command: list[str]) -> int:
    """Start `command`, wait until it and standard input have both ended, then remove `folder`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the session's to handle; our sign is the pipe
    with (folder / LOG).open("wb") as log:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            restore_signals=True,
            user=None if uid < 0 else uid,
            group=None if gid < 0 else gid,
            extra_groups=None if uid < 0 else [],
        )
    watcher = threading.Thread(target=_stop_with_session, args=(server, stop))
    watcher.start()
    code = server.wait()
    with contextlib.suppress(OSError):
        (folder / ENDED).write_text(str(code))
    watcher.join()  # a server that ended early leaves its log for the session to read
    shutil.rmtree(folder, ignore_errors=True)
    return code


def _stop_with_session(server: "subprocess.Popen[bytes]", stop: signal.Signals) -> None:
    sys.stdin.buffer.read()
    server.send_signal(stop)
    try:
        server.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    folder, stop, uid, gid, *command = sys.argv[1:]
    sys.exit(main(Path(folder), signal.Signals[stop], int(uid), int(gid), command))

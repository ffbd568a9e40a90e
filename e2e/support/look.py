"""Waits until a query of a server's SQLite database has a row: look.py DATABASE QUERY [PID]. With PID, the server is killed at that moment.

It says `looking` when it has begun, and `seen` at the end. For what a server does by itself, without a request that could be caught on its way.
"""

import os
import signal
import sqlite3
import sys
import time

database, query, *pid = sys.argv[1:]
connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
print("looking", flush=True)
while connection.execute(query).fetchone() is None:
    time.sleep(0.0002)
for victim in pid:
    os.kill(int(victim), signal.SIGKILL)
print("seen", flush=True)

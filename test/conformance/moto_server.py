"""moto on a free loopback port, which it prints. It ends when its standard input does: whoever started it has ended then."""

import os
import signal
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


# Ctrl-C reaches all that run in a terminal; when to end is the other's to say.
signal.signal(signal.SIGINT, signal.SIG_IGN)
threading.Thread(target=end_with_parent, daemon=True).start()

# One request at a time: nothing in moto keeps threads from each other between the look at a condition and the write.
server = make_server(
    "127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), request_handler=Quiet
)
print(server.server_port, flush=True)
server.serve_forever()

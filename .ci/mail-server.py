"""A mail server for `todokede doctor`: it uses TLS from the start, accepts every login and refuses every mail.

usage: python3 .ci/mail-server.py PORT CERTIFICATE KEY
"""

import socketserver
import ssl
import sys

ANSWERS = {
    b"EHLO": b"250-mail.example.jp\r\n250 AUTH PLAIN",
    b"AUTH": b"235 logged in",
    b"DATA": b"451 no mail is to be sent here",
    b"QUIT": b"221 goodbye",
}


class Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 mail.example.jp\r\n")
        for line in self.rfile:
            self.wfile.write(ANSWERS.get(line[:4].upper(), b"250 yes") + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


port, certificate, key = sys.argv[1:]
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(certificate, key)
with Server(("127.0.0.1", int(port)), Conversation) as server:
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.serve_forever()

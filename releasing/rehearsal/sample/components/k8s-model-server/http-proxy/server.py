"""Answer over HTTP with what the model server says over gRPC."""

from http.server import BaseHTTPRequestHandler, HTTPServer


class Proxy(BaseHTTPRequestHandler):
    """Pass requests on; the sample has nowhere to pass them to."""

    def do_POST(self):
        """Answer one request."""
        self.send_error(502, "no model server in the sample")


if __name__ == "__main__":
    HTTPServer(("", 8000), Proxy).serve_forever()

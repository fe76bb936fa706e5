"""What the registry answers when it refuses: the error form of the OCI distribution specification."""

from __future__ import annotations

from aiohttp import web


class Refusal(Exception):
    """A request that gets an HTTP status and one error code of the specification."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.body = {"errors": [{"code": code, "message": message}]}

    def response(self) -> web.Response:
        """Give the answer to send."""
        return web.json_response(self.body, status=self.status, headers=self.headers)

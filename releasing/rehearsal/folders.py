"""Where a sandbox keeps what: one folder, and a short path for the socket."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from releasing.errors import PreconditionError
from releasing.shell.files import replace_text
from releasing.shell.lock import lives

# Files that keep the ports.
OWNED = "this-folder-is-a-release-rehearsal"
REGISTRY, SMTP = "port", "smtp-port"
# Where the registry's server also has a testgrid and the webhook.
TESTGRID, WEBHOOK = "/testgrid", "/webhook"
SOCKET_LIMIT = 100  # of about 108 bytes that a socket's path may have


@dataclass(frozen=True)
class Place:
    """The folder of a sandbox."""

    folder: Path

    @property
    def github(self) -> Path:
        """Bare repositories as OWNER/NAME.git, and what GitHub knows beside them."""
        return self.folder / "github"

    @property
    def registry(self) -> Path:
        """OCI image layouts by full image name."""
        return self.folder / "registry"

    @property
    def settings(self) -> Path:
        """What the local GitHub is told about the project."""
        return self.folder / "github.json"

    @property
    def owned(self) -> Path:
        """Written first, into an empty folder, and by nothing else: what stands beside it may be deleted."""
        return self.folder / OWNED

    @property
    def marker(self) -> Path:
        """Written last, so that a folder without it is not a whole sandbox; says what it is a rehearsal of."""
        return self.folder / "sandbox.json"

    @property
    def standing(self) -> Path:
        """The process id of servers that stay up for others."""
        return self.folder / "standing"

    def is_served(self) -> bool:
        """Whether servers of `rehearsal.serve` are up."""
        return self.standing.exists() and lives(self.standing.read_text(encoding="utf-8").strip())

    def port(self, server: str) -> int:
        """The port that `server` had the last time; 0 for any."""
        try:
            return int((self.folder / server).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return 0

    def remember_port(self, server: str, port: int) -> None:
        """Keep the port of `server` for the next time."""
        if port != self.port(server):
            replace_text(self.folder / server, f"{port}\n")

    @property
    def smtp_server(self) -> str:
        """HOST:PORT of the server that takes mails."""
        return f"127.0.0.1:{self.port(SMTP)}"

    @property
    def letters(self) -> Path:
        """The mails that were sent."""
        return self.folder / "sent"

    @property
    def posts(self) -> Path:
        """The reports that were posted to the webhook."""
        return self.folder / "posted"

    @property
    def registry_url(self) -> str:
        """The registry's address."""
        return f"http://127.0.0.1:{self.port(REGISTRY)}"

    @property
    def socket(self) -> Path:
        """GitHub's socket: in a private folder of its own when the sandbox's path is too long for one."""
        near = self.folder / "github.sock"
        if len(os.fsencode(near)) <= SOCKET_LIMIT:
            return near
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        private = Path(tempfile.gettempdir()) / f"rehearsal-{os.getuid()}-{name}"
        private.mkdir(mode=0o700, exist_ok=True)
        if private.stat().st_uid != os.getuid() or private.is_symlink():
            raise PreconditionError(f"{private} belongs to somebody else", "choose a shorter --sandbox DIR")
        return private / "github.sock"

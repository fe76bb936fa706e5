"""Keys for the signed tags of a rehearsal: made once in the sandbox, so that nobody's own key signs there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from releasing.rehearsal.own_environment import own_environment
from releasing.shell.programs import Shell

if TYPE_CHECKING:
    from releasing.config.release_yaml import Signing

ADDRESS = "release-team@example.org"


@dataclass(frozen=True)
class Keys:
    """What makes git sign with the sandbox's key: settings of git, and environment variables."""

    settings: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def keys(folder: Path, signing: Signing | None) -> Iterator[Keys]:
    """The keys in `folder` that `signing` needs, made unless they are there; none when nothing is signed.

    Raises CommandError when ssh-keygen or gpg is missing or fails.
    """
    if signing is None:
        yield Keys()
    elif signing.format == "ssh":
        yield _ssh(folder)
    else:
        sh = Shell(own_environment() | {"GNUPGHOME": str(folder / "gnupg")})
        try:
            yield _openpgp(sh, folder / "gnupg")
        finally:
            # The agent that keeps the key would outlive the rehearsal.
            sh.succeeds(sh["gpgconf"]["--kill", "gpg-agent"])


def _ssh(folder: Path) -> Keys:
    key, signers = folder / "key", folder / "allowed-signers"
    if not signers.exists():
        folder.mkdir(parents=True, exist_ok=True)
        sh = Shell(own_environment())
        sh.read(sh["rm"]["-f", str(key), f"{key}.pub"])
        sh.read(sh["ssh-keygen"]["-q", "-t", "ed25519", "-N", "", "-C", ADDRESS, "-f", str(key)])
        signers.write_text(f"{ADDRESS} {Path(f'{key}.pub').read_text(encoding='utf-8')}", encoding="utf-8")
    return Keys({"user.signingKey": str(key), "gpg.ssh.allowedSignersFile": str(signers)})


def _openpgp(sh: Shell, home: Path) -> Keys:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not sh.succeeds(sh["gpg"]["--batch", "--list-secret-keys", ADDRESS]):
        made = ("--quick-gen-key", f"Release Team <{ADDRESS}>", "default", "sign", "never")
        sh.read(sh["gpg"]["--batch", "--quiet", "--passphrase", ""][made])
    return Keys({"user.signingKey": ADDRESS}, {"GNUPGHOME": str(home)})

"""Where a release acts: profiles, registries, and mails."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from releasing.clients.registry.settings import Backend, HostSettings, known_backend, rate, switch
from releasing.config.value_forms import Address, ConfigSection


class Smtp(ConfigSection):
    """The server that sends the mails, with STARTTLS; the password comes from a command or RELEASE_SMTP_PASSWORD."""

    host: str
    """its name"""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """its port"""
    user: str = ""
    """user for the login; no login when empty"""
    password_command: tuple[str, ...] = ()
    """command that prints the password, as a list of words: `[pass, show, smtp]`"""


class Announcement(ConfigSection):
    """The vote mail."""

    to: Address
    """address of the mailing list that votes"""
    from_: Annotated[Address, Field(alias="from")]
    """sender of the mails"""
    vote_days: Annotated[int, Field(ge=1, le=60)] = 3
    """how long a vote is open, in days"""
    smtp: Smtp | None = None
    """the server that sends the mails; without it they are files to send by hand"""


class RegistryHost(ConfigSection):
    """How one registry is reached; the key is its host, as in the names of images."""

    requests_per_second: Annotated[float | None, BeforeValidator(rate)] = HostSettings.requests_per_second
    """limit for the requests of this process in a second; further requests wait (default: no limit)"""
    plain_http: Annotated[bool, BeforeValidator(switch)] = HostSettings.plain_http
    """whether to use HTTP without encryption, also for credentials; by default only for registries on this machine"""
    backend: Annotated[Backend, BeforeValidator(known_backend)] = HostSettings.backend
    """how image tags are written: `http`, or `gcloud` for `gcloud container images add-tag` as in the runbook"""


class Profile(ConfigSection):
    """Where a run acts: a sandbox, or the real world."""

    production: bool = False
    """whether it acts on real systems instead of a rehearsal"""
    sandbox: str = ""
    """folder of the rehearsal, below the folder of this tool"""
    state: str = ""
    """folder of the journals and scratch files of a production profile, below the folder of this tool"""
    account: Address | None = None
    """Google account; RELEASE_ACCOUNT and --account take precedence"""
    credentials: str = ""
    """credentials file for a login without a person (docs/auth.md); RELEASE_GCP_CREDENTIALS takes precedence"""
    kubeconfig: Literal["own", "operator"] = "own"
    """where `auth` writes kubectl contexts and gcloud settings: `own`: below `state`; `operator`: yours"""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.production and self.sandbox:
            raise ValueError("a production profile cannot have a sandbox")
        if not self.production and not self.sandbox:
            raise ValueError("write 'production: true', or a folder as 'sandbox:'")
        if self.production and not self.state:
            raise ValueError("a production profile keeps its journal in a folder: write 'state:'")
        return self

"""Where a release acts: profiles, registries, and who is written to."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from releasing.clients.registry.settings import Backend, HostSettings, known_backend, rate, switch
from releasing.config.value_forms import Address, ConfigSection


class Smtp(ConfigSection):
    """The server that sends the mails, with STARTTLS; RELEASE_SMTP_PASSWORD, or a command, gives the password."""

    host: str
    """its name"""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """its port"""
    user: str = ""
    """user who logs in; no login when empty"""
    password_command: tuple[str, ...] = ()
    """words of a command that prints the password: `[pass, show, smtp]`"""


class Announcement(ConfigSection):
    """The vote mail."""

    to: Address
    """the list that votes"""
    from_: Annotated[Address, Field(alias="from")]
    """who asks for the vote"""
    vote_days: Annotated[int, Field(ge=1, le=60)] = 3
    """how long a vote is open, in days"""
    smtp: Smtp | None = None
    """what sends the mails; without it they are files to send by hand"""


class RegistryHost(ConfigSection):
    """How one registry is reached; the key is its host, as image names begin with it."""

    requests_per_second: Annotated[float | None, BeforeValidator(rate)] = HostSettings.requests_per_second
    """how many requests its quota leaves to one process; more wait (default: as many as it answers)"""
    plain_http: Annotated[bool, BeforeValidator(switch)] = HostSettings.plain_http
    """whether it is spoken to without encryption, credentials included; elsewhere only this machine is"""
    backend: Annotated[Backend, BeforeValidator(known_backend)] = HostSettings.backend
    """what writes image tags: `http`, or `gcloud` for `gcloud container images add-tag` as in the runbook"""


class Profile(ConfigSection):
    """Where a run acts: a sandbox, or the real world."""

    production: bool = False
    """whether it acts on the real world"""
    sandbox: str = ""
    """folder of the rehearsal, below the folder of this tool"""
    state: str = ""
    """folder of journals and scratch of a production profile, below the folder of this tool"""
    account: Address | None = None
    """Google account; RELEASE_ACCOUNT and --account come first"""
    credentials: str = ""
    """file that logs this account in without a person: a service account's key, or the configuration of a workload
    identity federation; RELEASE_GCP_CREDENTIALS comes first"""
    kubeconfig: Literal["own", "operator"] = "own"
    """whose kubectl contexts and gcloud settings `auth` writes: its own, below `state`, or the operator's"""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.production and self.sandbox:
            raise ValueError("a production profile has no sandbox")
        if not self.production and not self.sandbox:
            raise ValueError("write 'production: true', or a folder as 'sandbox:'")
        if self.production and not self.state:
            raise ValueError("a production profile keeps its journal in a folder: write 'state:'")
        return self

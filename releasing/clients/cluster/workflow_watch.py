"""Waiting for a workflow to end, also when the connection, the API server or the login fails meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, sleep

from releasing.clients.cluster import gcp_access, kubectl
from releasing.clients.cluster.workflow import OVER, Workflow, find, title
from releasing.clients.cluster.workflow_logs import last_lines
from releasing.errors import CommandError, PreconditionError, UnmetError
from releasing.shell.programs import Shell

SHORTEST, LONGEST = 1.0, 15.0  # seconds of a slice: how long kubectl waits before nodes are looked at again
REMINDER = 300.0  # seconds without news after which a line says what is still waited for
# The newer kubectl's words for any outcome, and the older one's; old Argo has the field, not the condition.
OUTCOMES = ("--for=jsonpath={.status.finishedAt}", "--for=condition=Completed")


@dataclass(frozen=True)
class WatchPatience:
    """Minutes: for the workflow to end, and for the release manager to log in again."""

    end: float = 180.0
    login: float = 30.0


@dataclass
class Watch:
    """A wait for the workflow `name`, which shows each change of a node."""

    sh: Shell
    name: str
    namespace: str
    show: Callable[[str], None]
    patience: WatchPatience = field(default_factory=WatchPatience)
    seen: Workflow | None = field(default=None, init=False)
    _phases: dict[str, str] = field(default_factory=dict, init=False)
    _told: float = field(default_factory=monotonic, init=False)
    _trouble: str = field(default="", init=False)
    _logged_out: float | None = field(default=None, init=False)
    _outcome: str = field(default=OUTCOMES[0], init=False)

    def __call__(self) -> Workflow:
        """Return the workflow when it has succeeded; any other outcome is an error.

        Raises PreconditionError when it does not exist; UnmetError when it failed, was deleted, or time is up;
        CommandError when the cluster refuses, or when the login is not renewed in time.
        """
        deadline, slice_ = monotonic() + self.patience.end * 60, SHORTEST
        while True:
            found = self._look()
            if found and found.phase in OVER:
                return self._ended(found)
            left = deadline - monotonic()
            if left <= 0:
                raise self._late()
            self._sleep(min(slice_, left))
            slice_ = min(slice_ * 1.5, LONGEST)

    def _look(self) -> Workflow | None:
        """The workflow, or None while kubectl fails in a way that time or the release manager can repair."""
        try:
            found = find(self.sh, self.name, self.namespace)
        except CommandError as error:
            self._bear(error)
            return None
        if self._trouble:
            self._say("the cluster answers again")
        self._trouble, self._logged_out = "", None
        if found is None:
            raise self._missing()
        self._tell(found)
        return found

    def _bear(self, error: CommandError) -> None:
        """Show each problem once; raise when waiting does not help."""
        if gcp_access.lapsed(error):
            trouble = self._logged_out_by(error)
        elif kubectl.is_hopeless(error) or not error.said:
            raise error
        else:
            trouble = f"kubectl failed and is tried again: {error.cause}"
        if trouble != self._trouble:
            self._say(trouble)
        self._trouble = trouble

    def _logged_out_by(self, error: CommandError) -> str:
        """The message on an expired login: it is renewed where that needs no person, else by the release manager."""
        first, now = self._logged_out is None, monotonic()
        began = self._logged_out = now if self._logged_out is None else self._logged_out
        if first and gcp_access.renew(self.sh):
            return "the login to the cluster had expired, and was renewed"
        advice = gcp_access.advice(self.sh.environment)
        if self.seen is None or now - began > self.patience.login * 60:
            raise CommandError(error.message, f"log in, then repeat the same command; {advice}", error.said)
        return f"the login to the cluster has expired; {advice}"

    def _tell(self, found: Workflow) -> None:
        if self.seen is None:
            self._say(f"waiting for {found.title}, since {found.since}")
        elif self.seen.uid != found.uid:
            self._say(f"{found.title} was deleted and submitted again; waiting for the new workflow")
            self._phases.clear()
        for node in found.nodes:
            if self._phases.get(node.name) != node.phase:
                self._phases[node.name] = node.phase
                self._say(f"{node.name}: {node.phase}" + (f": {node.message}" if node.message else ""))
        if monotonic() - self._told > REMINDER:
            running = [node.name for node in found.nodes if node.phase == "Running"]
            self._say(
                f"still waiting for {found.title}, {found.standing}: {', '.join(running) or 'no node runs'}"
            )
        self.seen = found

    def _say(self, line: str) -> None:
        self._told = monotonic()
        self.show(line)

    def _sleep(self, seconds: float) -> None:
        """Let kubectl wait for the end for `seconds`; sleep the rest when it gives up earlier."""
        began = monotonic()
        if not self._trouble:
            limits = (f"--timeout={max(1, round(seconds))}s", f"--request-timeout={round(seconds) + 15}s")
            words = ("-n", self.namespace, "wait", f"workflow/{self.name}", self._outcome, *limits)
            try:
                self.sh.read(self.sh["kubectl"][words])
            except CommandError as error:
                if "jsonpath" in error.cause and self._outcome == OUTCOMES[0]:
                    self._outcome = OUTCOMES[1]
                    return self._sleep(seconds)
            else:
                # The end is read next; the pause is for a cluster that reports the end before the phase.
                seconds = SHORTEST / 4
        return sleep(max(0.0, began + seconds - monotonic()))

    def _missing(self) -> PreconditionError | UnmetError:
        called = title(self.name, self.namespace)
        if self.seen is None:
            return PreconditionError(f"{called} does not exist", f"kubectl -n {self.namespace} get workflows")
        return UnmetError(
            f"{called} was deleted before it ended; its last phase was {self.seen.standing}",
            "repeat the step's own command, which submits the workflow again",
        )

    def _ended(self, found: Workflow) -> Workflow:
        if found.phase == "Succeeded":
            return found
        failed = [node for node in found.nodes if node.phase in ("Failed", "Error")]
        for line in last_lines(self.sh, found, failed):
            self.show(line)
        told = [f"\n    {node.name}: {node.message or node.phase}" for node in failed]
        raise UnmetError(
            f"{found.title}: {found.phase}" + ("".join(told) or f": {found.message}"),
            f"kubectl -n {found.namespace} get workflow {found.name} -o json",
        )

    def _late(self) -> UnmetError:
        where = f"is {self.seen.standing}" if self.seen else "could not be read"
        return UnmetError(
            f"{title(self.name, self.namespace)} {where} after {self.patience.end:g} minutes",
            "repeat the same command, which continues the wait",
        )

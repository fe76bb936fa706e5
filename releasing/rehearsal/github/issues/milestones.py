"""GitHub's milestones, which issues and pull requests are filed under."""

from __future__ import annotations

from dataclasses import replace

from releasing.rehearsal.github.requests import API, NOTHING, Call, Kind, Reply, fields, invalid, page_of
from releasing.rehearsal.github.shapes import FOUNDED, WEB, Json, moment, stable_id, user
from releasing.rehearsal.github.state import Milestone, Repository, State

RESOURCE = "Milestone"
STATES = {"open": ("open",), "closed": ("closed",), "all": ("open", "closed")}


def list_milestones(call: Call) -> Reply:
    """GET milestones: by state, in the order of their numbers."""
    wanted = STATES.get(call.query.get("state", "open"), ("open",))
    found = [milestone for milestone in call.state.milestones if milestone.state in wanted]
    shown, headers = page_of(call, found)
    return Reply(200, [milestone_shape(call.repository, call.state, one) for one in shown], headers)


def create_milestone(call: Call) -> Reply:
    """POST milestones: 422 when there is one of that title."""
    optional: dict[str, Kind] = {"state": str, "description": (str, NOTHING)}
    given = fields(call, RESOURCE, {"title": str}, optional)
    known = call.state.milestones
    if given["title"] in {one.title for one in known}:
        raise invalid(RESOURCE, "already_exists", "title")
    if given.get("state", "open") not in ("open", "closed"):
        raise invalid(RESOURCE, "invalid", "state")
    number = max((one.number for one in known), default=0) + 1
    closed = call.now if given.get("state") == "closed" else None
    made = Milestone(number, given["title"], given.get("description"), closed)
    state = replace(call.state, milestones=(*known, made))
    call.repository.write(state)
    return Reply(201, milestone_shape(call.repository, state, made))


def need_milestone(call: Call, number: int | None) -> None:
    """422 when no milestone has this number; None is no milestone."""
    if number is not None and number not in {one.number for one in call.state.milestones}:
        raise invalid("Issue", "invalid", "milestone")


def milestone_shape(repository: Repository, state: State, milestone: Milestone) -> Json:
    """A milestone with how many issues are filed under it."""
    number = milestone.number
    url = f"{API}/repos/{repository.full_name}/milestones/{number}"
    under = [issue for issue in state.issues if issue.milestone == number]
    return {
        "id": stable_id("milestone", repository.full_name, str(number)),
        "node_id": f"MI_{number}",
        "number": number,
        "title": milestone.title,
        "description": milestone.description,
        "url": url,
        "html_url": f"{WEB}/{repository.full_name}/milestone/{number}",
        "labels_url": f"{url}/labels",
        "creator": user(repository.owner),
        "state": milestone.state,
        "open_issues": sum(issue.closed is None for issue in under),
        "closed_issues": sum(issue.closed is not None for issue in under),
        "due_on": None,
        "closed_at": moment(milestone.closed),
        **dict.fromkeys(("created_at", "updated_at"), FOUNDED),
    }

"""GitHub's view of a repository's git: the repository itself, branches, commits, refs and tag objects."""

from __future__ import annotations

from releasing.rehearsal.github import shapes
from releasing.rehearsal.github.git import git_objects, git_program
from releasing.rehearsal.github.git.git_objects import ZERO, StoredRef
from releasing.rehearsal.github.git.push_guard import refuse_guarded
from releasing.rehearsal.github.pulls.protection import Rule, rule_for
from releasing.rehearsal.github.requests import ROLES, Call, Refused, Reply, fields, not_found, page_of
from releasing.rehearsal.github.shapes import Json


def get_repository(call: Call) -> Reply:
    """GET the repository, and what the user may do there."""
    granted = ROLES[: ROLES.index(call.role) + 1]
    permissions = {role: role in granted for role in ROLES}
    return Reply(200, {**shapes.repository(call.repository), "permissions": permissions})


def get_branch(call: Call) -> Reply:
    """GET branches/{branch}: its head and which contexts protect it."""
    name = call.names["branch"]
    found = _reference(call, f"refs/heads/{name}")
    if found is None:
        raise not_found("Branch not found")
    url = f"{call.url}/branches/{name}"
    rule = rule_for(call, name)
    body = {
        "name": name,
        "commit": _commits(call, [found.object])[0],
        "protected": rule != Rule(),
        "protection": _protection(rule),
        "protection_url": f"{url}/protection",
        "_links": {"self": url, "html": f"{shapes.WEB}/{call.repository.full_name}/tree/{name}"},
    }
    return Reply(200, body)


def _protection(rule: Rule) -> Json:
    contexts = rule.required_contexts
    return {
        "enabled": rule != Rule(),
        "required_status_checks": {
            "enforcement_level": "non_admins" if contexts else "off",
            "contexts": list(contexts),
            "checks": [{"context": context, "app_id": None} for context in contexts],
        },
    }


def list_commits(call: Call) -> Reply:
    """GET commits: what `sha` (branch, tag or commit; default: the default branch) reaches, newest first."""
    if not git_objects.references(call.repository.path):
        raise Refused(409, "Git Repository is empty.")
    start = git_objects.commit_named(call.repository.path, call.query.get("sha", "HEAD"))
    if start is None:
        raise not_found()
    shown, headers = page_of(call, git_objects.history(call.repository.path, start))
    return Reply(200, _commits(call, list(shown)), headers)


def get_commit(call: Call) -> Reply:
    """GET commits/{ref}: a commit by branch, tag or id."""
    commit = git_objects.commit_named(call.repository.path, call.names["ref"])
    if commit is None:
        raise Refused(422, f"No commit found for SHA: {call.names['ref']}")
    return Reply(200, _commits(call, [commit])[0])


def _commits(call: Call, ids: list[str]) -> list[Json]:
    known = git_objects.commits(call.repository.path, ids)
    return [shapes.commit(call.repository, one) for one in known]


def get_reference(call: Call) -> Reply:
    """GET git/ref/{ref}: this very ref, no prefix of it."""
    found = _reference(call, f"refs/{call.names['ref']}")
    if found is None:
        raise not_found()
    return Reply(200, shapes.reference(call.repository, found))


def matching_references(call: Call) -> Reply:
    """GET git/matching-refs/{ref}: the refs whose names start so; none is an empty list."""
    start = f"refs/{call.names['ref']}"
    known = git_objects.references(call.repository.path).values()
    return Reply(200, [shapes.reference(call.repository, one) for one in known if one.name.startswith(start)])


def create_reference(call: Call) -> Reply:
    """POST git/refs: 422 when the name is no ref, is taken, or the object does not exist."""
    given = fields(call, "Reference", {"ref": str, "sha": str}, {})
    name, to = given["ref"], given["sha"]
    if not (
        name.startswith("refs/") and git_program.succeeds(call.repository.path, "check-ref-format", name)
    ):
        raise Refused(422, f"{name} is not a valid ref name.")
    if _reference(call, name):
        raise Refused(422, "Reference already exists")
    _need_object(call, name, to)
    if not git_objects.moved(call.repository.path, name, to, ZERO):
        taken = _reference(call, name) is not None
        raise Refused(422, "Reference already exists" if taken else "Reference cannot be created")
    return _standing(call, name, 201)


def update_reference(call: Call) -> Reply:
    """PATCH git/refs/{ref}: 422 unless it exists and the move is a fast forward, or forced."""
    given = fields(call, "Reference", {"sha": str}, {"force": bool})
    found = _existing(call)
    _need_object(call, found.name, given["sha"])
    forward = git_objects.is_ancestor(call.repository.path, found.object, given["sha"])
    if not (forward or given.get("force", False)):
        raise Refused(422, "Update is not a fast forward")
    refuse_guarded(call, found.name)
    if not git_objects.moved(call.repository.path, found.name, given["sha"], found.object):
        raise Refused(409, f"{found.name} was changed by somebody else.")
    return _standing(call, found.name, 200)


def delete_reference(call: Call) -> Reply:
    """DELETE git/refs/{ref}: 422 when it does not exist."""
    found = _existing(call)
    refuse_guarded(call, found.name)
    git_program.git(call.repository.path, "update-ref", "-d", found.name, found.object)
    return Reply(204)


def get_tag_object(call: Call) -> Reply:
    """GET git/tags/{tag_sha}: an annotated tag and what it points to."""
    found = git_objects.tag_object(call.repository.path, call.names["sha"])
    if found is None:
        raise not_found()
    return Reply(200, shapes.tag_object(call.repository, found))


def _reference(call: Call, name: str) -> StoredRef | None:
    return git_objects.references(call.repository.path, name).get(name)


def _existing(call: Call) -> StoredRef:
    found = _reference(call, f"refs/{call.names['ref']}")
    if found is None:
        raise Refused(422, "Reference does not exist")
    return found


def _need_object(call: Call, name: str, id_: str) -> None:
    # A branch holds nothing but commits; git refuses the rest too, with less to say.
    kind = "^{commit}" if name.startswith("refs/heads/") else "^{object}"
    full = len(id_) == len(ZERO) and git_program.succeeds(
        call.repository.path, "cat-file", "-e", f"{id_}{kind}"
    )
    if not full:
        raise Refused(422, "Object does not exist")


def _standing(call: Call, name: str, status: int) -> Reply:
    found = _reference(call, name)
    if found is None:
        raise not_found()
    return Reply(status, shapes.reference(call.repository, found))

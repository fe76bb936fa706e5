"""How `gh` is sent to the local GitHub instead of the real one."""

from __future__ import annotations

from pathlib import Path

CONFIG = """\
version: "1"
prompt: disabled
telemetry: disabled
http_unix_socket: {socket}
"""


def gh_environment(folder: Path, socket: Path) -> dict[str, str]:
    """The variables with which `gh` speaks to the socket only, and keeps all that it writes below `folder`.

    The release manager's own gh settings are not read: their token stays out of a rehearsal.
    """
    places = {
        "GH_CONFIG_DIR": folder / "config",
        "HOME": folder,
        "XDG_CONFIG_HOME": folder / "config",
        # Not `cache`: gh keeps answers for a day, and in an older sandbox these say that GraphQL is not answered.
        "XDG_CACHE_HOME": folder / "answers",
        "XDG_DATA_HOME": folder / "data",
        "XDG_STATE_HOME": folder / "state",
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    (places["GH_CONFIG_DIR"] / "config.yml").write_text(CONFIG.format(socket=socket))
    # A start of gh is half of what a rehearsal costs; without collecting garbage it takes two thirds of its time.
    switches = {"GOGC": "400", "GOMAXPROCS": "1"}
    switches |= {"GH_TELEMETRY": "0", "GH_NO_UPDATE_NOTIFIER": "1", "GH_PROMPT_DISABLED": "1"}
    return {name: str(place) for name, place in places.items()} | switches | {"GH_TOKEN": "rehearsal"}

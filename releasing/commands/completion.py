"""Scripts with which bash, zsh and fish complete tasks and options, for scripts/invoke as well as for plain invoke.

Whatever was typed as the program is asked, so that each checkout completes its own tasks.
"""

from __future__ import annotations

from releasing.errors import UsageError

BASH = """\
# Completion of scripts/invoke and invoke for bash: eval "$(scripts/invoke --print-completion-script bash)"
_invoke_tasks() {
    local program=${COMP_WORDS[0]/#\\~/$HOME} found
    found=$("${program//\\\\/}" --complete -- "invoke ${COMP_WORDS[*]:1:COMP_CWORD}" 2>/dev/null)
    COMPREPLY=($(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _invoke_tasks -o default invoke inv
"""
ZSH = """\
# Completion of scripts/invoke and invoke for zsh: eval "$(scripts/invoke --print-completion-script zsh)"
_invoke_tasks_found() {
    local program=${(Q)1/#\\~/$HOME}
    reply=(${(f)"$("$program" --complete -- "invoke ${(j: :)argv[2,-1]}" 2>/dev/null)"})
}
if (( $+functions[compdef] )); then
    _invoke_tasks() {
        local -a reply
        _invoke_tasks_found "${(@)words[1,CURRENT]}"
        if (( $#reply )); then compadd -- $reply; else _files; fi
    }
    compdef _invoke_tasks invoke inv
else
    _invoke_tasks() {
        local -a typed
        read -cA typed
        _invoke_tasks_found "${(@)typed}"
    }
    compctl -K _invoke_tasks + -f invoke inv
fi
"""
FISH = """\
# Completion of scripts/invoke and invoke for fish: scripts/invoke --print-completion-script fish | source
function __invoke_tasks
    set --local typed (commandline --cut-at-cursor --tokenize) (commandline --current-token --cut-at-cursor)
    set --local program (string replace --regex '^~' $HOME -- $typed[1])
    $program --complete -- (string join ' ' -- invoke $typed[2..-1]) 2>/dev/null
end
for program in invoke inv
    complete --command $program --no-files --arguments '(__invoke_tasks)'
end
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def script(shell: str) -> str:
    """The completion script for `shell`; UsageError for one that there is none for."""
    if shell not in SCRIPTS:
        known = ", ".join(SCRIPTS)
        raise UsageError(
            f"there is no completion script for {shell!r} (there are: {known})",
            "scripts/invoke --print-completion-script bash",
        )
    return SCRIPTS[shell]

# SPDX-License-Identifier: Apache-2.0
# bash completion of nocopy. Calls and options are asked of the command itself.

_nocopy_options() {
    "$1" "$2" --help 2>/dev/null |
        sed -nE 's/^ +(-[a-zA-Z?], +)?(--[a-z0-9-]+(=|\[=)?).*/\2/p' | sed 's/\[=$//'
}

_nocopy_calls() {
    "$1" help 2>/dev/null | sed -nE 's/^  ([a-z]+) +.*/\1/p'
}

# Values of an option, one a line; nothing where a file is meant.
_nocopy_values() {
    case $1 in
    --format | -f) echo html text json markdown csv pprof folded speedscope sarif ;;
    --copies | --follow) echo on off ;;
    --untouched) echo on exact off ;;
    --content) echo on full off ;;
    --unwind) echo auto fp libunwind none ;;
    --color) echo auto always never ;;
    --metric) echo batch1 single overhead batch copied needless peak ;;
    esac
}

_nocopy() {
    local command=${COMP_WORDS[0]} call=${COMP_WORDS[1]-} cur=${COMP_WORDS[COMP_CWORD]}
    local option=${COMP_WORDS[COMP_CWORD - 1]} i values

    COMPREPLY=()
    # "=" is a word of its own: --format = te
    if [[ $cur == = ]]; then
        cur=
    elif [[ $option == = && $COMP_CWORD -ge 2 ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_nocopy_calls "$command") help --help --version" -- "$cur")
        return
    fi
    # After "--" it is another program's line.
    for ((i = 2; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            if ((COMP_CWORD == i + 1)); then
                mapfile -t COMPREPLY < <(compgen -c -f -- "$cur")
            else
                mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            fi
            return
        fi
    done
    values=$(_nocopy_values "$option")
    if [[ -n $values ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
    elif [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_nocopy_options "$command" "$call") --" -- "$cur")
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    elif [[ $call == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_nocopy_calls "$command")" -- "$cur")
    elif [[ $call == history && $COMP_CWORD == 2 ]]; then
        mapfile -t COMPREPLY < <(compgen -W "add list show trend" -- "$cur")
    elif [[ $call == compare || $call == bisect ]]; then
        mapfile -t COMPREPLY < <(compgen -W "HEAD $(git for-each-ref --format='%(refname:short)' 2>/dev/null)" -- "$cur")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
}

complete -F _nocopy nocopy

# SPDX-License-Identifier: Apache-2.0
# fish completion of nocopy. Calls and options are asked of the command itself.

function __nocopy_calls
    nocopy help 2>/dev/null | string replace -rf '^  ([a-z]+) +(.*)' '$1\t$2'
end

function __nocopy_call
    set -l words (commandline -opc)
    test (count $words) -ge 2; and echo $words[2]
end

function __nocopy_options
    set -l call (__nocopy_call)
    test -n "$call"; and nocopy $call --help 2>/dev/null | string replace -rf '^ +(?:-[a-zA-Z?], +)?(--[a-z0-9-]+).*' '$1'
end

function __nocopy_in
    contains -- (__nocopy_call) $argv; and not contains -- -- (commandline -opc)
end

complete -c nocopy -n 'test (count (commandline -opc)) -eq 1' -f -a '(__nocopy_calls)'
complete -c nocopy -n 'test (count (commandline -opc)) -eq 1' -f -a 'help --help --version'
complete -c nocopy -n '__nocopy_in help' -f -a '(__nocopy_calls)'
complete -c nocopy -n '__nocopy_in history; and test (count (commandline -opc)) -eq 2' -f -a 'add list show trend'
complete -c nocopy -n '__nocopy_in compare bisect' -f -a 'HEAD (git for-each-ref --format="%(refname:short)" 2>/dev/null)'
complete -c nocopy -n 'string match -q -- "-*" (commandline -ct); and not contains -- -- (commandline -opc)' -f -a '(__nocopy_options)'
complete -c nocopy -l format -s f -x -a 'html text json markdown csv pprof folded speedscope sarif'
complete -c nocopy -l copies -x -a 'on off'
complete -c nocopy -l untouched -x -a 'on exact off'
complete -c nocopy -l follow -x -a 'on off'
complete -c nocopy -l content -x -a 'on full off'
complete -c nocopy -l unwind -x -a 'auto fp libunwind none'
complete -c nocopy -l color -x -a 'auto always never'
complete -c nocopy -l metric -x -a 'batch1 single overhead batch copied needless peak'

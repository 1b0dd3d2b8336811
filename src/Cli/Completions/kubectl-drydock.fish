# Completes kubectl drydock in fish. Load it after the completion of kubectl:
#   kubectl completion fish | source
#   kubectl drydock completion fish | source
function __drydock_complete
    set -l words (commandline -opc)
    set -e words[1..2]
    set -l last (commandline -ct)
    set -l answer (kubectl drydock __complete -- $words "$last" 2> /dev/null)
    if test "$answer[-1]" = :0
        __fish_complete_path "$last"
    else
        string match -v ':*' -- $answer
    end
end
function __drydock_is_next
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = drydock
end
complete -c kubectl -n __drydock_is_next -f -a '(__drydock_complete)'

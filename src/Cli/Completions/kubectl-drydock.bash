# Completes kubectl drydock in bash. Load it after the completion of kubectl:
#   source <(kubectl completion bash)
#   source <(kubectl drydock completion bash)
__drydock_complete() {
    local answer line
    COMPREPLY=()
    answer=$(kubectl drydock __complete -- "${COMP_WORDS[@]:2:COMP_CWORD-1}" 2> /dev/null) || return
    [ "${answer##*:}" = 0 ] && return
    compopt +o default 2> /dev/null
    while IFS= read -r line; do
        case $line in :*) ;; *) COMPREPLY+=("$(printf %q "$line")") ;; esac
    done <<< "$answer"
}
__drydock_kubectl() {
    if [ "${COMP_WORDS[1]}" = drydock ] && [ "$COMP_CWORD" -gt 1 ]; then
        __drydock_complete
    elif declare -F __start_kubectl > /dev/null; then
        __start_kubectl "$@"
    fi
}
complete -o default -F __drydock_kubectl kubectl

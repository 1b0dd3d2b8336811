# Completes kubectl drydock in zsh. Load it after the completion of kubectl:
#   source <(kubectl completion zsh)
#   source <(kubectl drydock completion zsh)
__drydock_kubectl() {
    if [[ ${words[2]} != drydock ]] || (( CURRENT < 3 )); then
        (( $+functions[_kubectl] )) && _kubectl "$@"
        return
    fi
    local -a answer
    answer=("${(@f)$(kubectl drydock __complete -- "${(@)words[3,CURRENT]}" 2> /dev/null)}")
    if [[ ${answer[-1]} == :0 ]]; then
        _files
    else
        compadd -- "${(@)answer[1,-2]}"
    fi
}
compdef __drydock_kubectl kubectl

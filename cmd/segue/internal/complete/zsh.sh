#compdef segue
# zsh completion for segue
_segue() {
    local -a lines found
    local line
    lines=("${(@f)$("${words[1]}" __complete --describe -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for line in "${lines[@]}"; do
        [[ -n "$line" ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    if (( ${#found} )); then
        _describe -t commands segue found
    else
        _files
    fi
}
if [[ "${funcstack[1]}" == "_segue" ]]; then
    _segue "$@"
else
    compdef _segue segue
fi

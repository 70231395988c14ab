# fish completion for segue
function __segue_complete
    set -l words (commandline -opc)
    segue __complete --describe -- $words[2..] (commandline -ct) 2>/dev/null
end
complete -c segue -f -n 'test -n "$(__segue_complete)"' -a '(__segue_complete)'

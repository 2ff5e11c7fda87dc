# fish completion for syncd: put it as syncd.fish into /usr/share/fish/vendor_completions.d, or load it with `syncd completion fish | source`.
function __syncd_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$typed" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$typed"
            case :folders
                __fish_complete_directories "$typed"
            case '*'
                echo $line
        end
    end
end
complete -c syncd -f -a '(__syncd_complete)'

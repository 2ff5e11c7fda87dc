#compdef syncd
# zsh completion for syncd: put it as _syncd into a folder of $fpath, or load it with `source <(syncd completion zsh)` after compinit.
_syncd() {
	local word help
	local -a candidates
	while IFS=$'\t' read -r word help; do
		case $word in
		:files) _files ;;
		:folders) _files -/ ;;
		*) candidates+=("${word//:/\\:}${help:+:$help}") ;;
		esac
	done < <("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
	((${#candidates})) && _describe 'syncd' candidates
}
if [[ $funcstack[1] = _syncd ]]; then
	_syncd "$@"
else
	compdef _syncd syncd
fi

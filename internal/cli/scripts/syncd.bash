# bash completion for syncd: load it with `source <(syncd completion bash)`, or put it into /usr/share/bash-completion/completions/syncd.
_syncd() {
	local word cur=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	while IFS=$'\t' read -r word _; do
		case $word in
		:files | :folders)
			[[ $cur != = ]] || cur=
			compopt -o filenames 2>/dev/null
			local -a names
			if [[ $word = :files ]]; then
				mapfile -t names < <(compgen -f -- "$cur")
			else
				mapfile -t names < <(compgen -d -- "$cur")
			fi
			COMPREPLY+=("${names[@]}")
			;;
		*) COMPREPLY+=("$word") ;;
		esac
	done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _syncd syncd

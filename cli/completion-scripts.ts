export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** Every script asks `sluice __complete WORDS…`, so that shells and program never disagree. */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# sluice completion bash > /etc/bash_completion.d/sluice   (or: source <(sluice completion bash))
_sluice() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  local IFS=$'\\n'
  COMPREPLY=($(sluice __complete -- "\${words[@]}" 2>/dev/null))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _sluice sluice`,
  zsh: `#compdef sluice
# sluice completion zsh > "\${fpath[1]}/_sluice"   (or: source <(sluice completion zsh))
_sluice() {
  local -a found
  found=("\${(@f)$(sluice __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n "\${found[1]}" ]] && compadd -- "\${found[@]}" || _files
}
if [[ "\${funcstack[1]}" == "_sluice" ]]; then _sluice "$@"; else compdef _sluice sluice; fi`,
  fish: `# sluice completion fish > ~/.config/fish/completions/sluice.fish
function __sluice_complete
  set -l words (commandline -opc) (commandline -ct)
  sluice __complete -- $words[2..-1] 2>/dev/null
end
complete -c sluice -f -a '(__sluice_complete)'`,
}

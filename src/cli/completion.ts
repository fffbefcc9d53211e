import { type Command, EVERYWHERE, EXIT, UsageError } from './command.ts'
import { wordAt } from './parse.ts'

type Commands = readonly Command[]

const SHELLS: Readonly<Record<string, (commands: Commands) => string>> = { bash, zsh, fish }

/**
 * `breakwater completion`: what a shell needs to complete commands and options.
 *
 * @param commands all there are, this one included
 */
export function completionCommand(commands: () => Commands): Command {
  return {
    name: 'completion',
    words: 'bash | zsh | fish',
    mostWords: 1,
    choices: Object.keys(SHELLS),
    summary: 'prints what makes the tab key complete commands and options',
    options: {},
    examples: [
      ['source <(npx breakwater completion bash)', 'in ~/.bashrc'],
      ['source <(npx breakwater completion zsh)', 'in ~/.zshrc, after compinit'],
      ['npx breakwater completion fish | source', 'in ~/.config/fish/config.fish'],
    ],

    async run(call) {
      const names = Object.keys(SHELLS).join(', ')
      const name = wordAt(call, 0, `the name of a shell: ${names}`)
      const script = Object.hasOwn(SHELLS, name) ? SHELLS[name] : undefined
      if (script === undefined) throw new UsageError(`Expected one of ${names}, got '${name}'.`)
      call.terminal.write(script(commands()))
      return EXIT.ok
    },
  }
}

interface Completed {
  readonly name: string
  readonly summary: string
  readonly choices: readonly string[]
  readonly options: readonly {
    readonly name: string
    readonly summary: string
    readonly isFlag: boolean
    readonly isFile: boolean
  }[]
}

function completed(commands: Commands): Completed[] {
  return commands.map(({ choices = [], name, options, summary }) => ({
    name,
    summary,
    choices,
    options: Object.entries({ ...options, ...EVERYWHERE }).map(([option, { summary, value }]) => {
      return { name: option, summary, isFlag: value === 'flag', isFile: value === '<file>' }
    }),
  }))
}

/** The `:` of `pg:install` parts words for bash, unless it is told otherwise: its own completion does the same. */
function bash(commands: Commands): string {
  const cases = completed(commands).map(({ choices, name, options }) => {
    const words = [...choices, ...options.map((option) => `--${option.name}`)].join(' ')
    return `    ${name}) words='${words}' ;;`
  })
  const names = [...commands.map(({ name }) => name), 'help'].join(' ')
  return `# breakwater: completion for bash
_breakwater() {
  local line word words='' command='' at
  line=\${COMP_LINE:0:COMP_POINT}
  word=\${line##*[[:space:]]}
  set -f; local typed=(\${line%"$word"}); set +f
  command=\${typed[1]}
  if [[ \${#typed[@]} -le 1 || ( $command == help && \${#typed[@]} -eq 2 ) ]]; then
    words='${names}'
  else case "$command" in
${cases.join('\n')}
  esac; fi
  if [[ \${typed[-1]} == --config || \${typed[-1]} == -c ]]; then
    COMPREPLY=($(compgen -f -- "$word")); return
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  at=\${word%"\${word##*:}"}
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then COMPREPLY=("\${COMPREPLY[@]#"$at"}"); fi
}
complete -F _breakwater breakwater
`
}

function zsh(commands: Commands): string {
  const cases = completed(commands).map(({ choices, name, options }) => {
    const rows = options.map(({ isFile, isFlag, name: option, summary }) => {
      const value = isFlag ? '' : `:value:${isFile ? '_files' : ''}`
      return `'--${option}[${quoted(summary)}]${value}'`
    })
    if (choices.length > 0) rows.push(`'1:word:(${choices.join(' ')})'`)
    return `    ${name}) _arguments ${rows.join(' ')} ;;`
  })
  const described = completed(commands).map(
    ({ name, summary }) => `    '${name.replace(':', '\\:')}:${quoted(summary)}'`,
  )
  return `#compdef breakwater
_breakwater() {
  local -a commands=(
${described.join('\n')}
    'help:how to use a command'
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
    help) _describe command commands ;;
${cases.join('\n')}
  esac
}
compdef _breakwater breakwater
`
}

function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&')
}

function fish(commands: Commands): string {
  const rows = completed(commands).flatMap(({ choices, name, options, summary }) => {
    const within = `-n '__fish_seen_subcommand_from ${name}'`
    return [
      `complete -c breakwater -f -n __fish_use_subcommand -a ${name} -d '${fishQuoted(summary)}'`,
      ...choices.map((choice) => `complete -c breakwater -f ${within} -a ${choice}`),
      ...options.map(({ isFile, isFlag, name: option, summary: says }) => {
        const takes = isFlag ? '' : isFile ? ' -rF' : ' -x'
        return `complete -c breakwater ${within} -l ${option}${takes} -d '${fishQuoted(says)}'`
      }),
    ]
  })
  return `# breakwater: completion for fish\n${rows.join('\n')}\n`
}

function fishQuoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
}

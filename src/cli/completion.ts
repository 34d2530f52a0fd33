/** `rankwise completion SHELL`: a script that completes commands, options and their values. */

import { common } from './args.ts';
import { type Command, Exit, type OptionSpecs, UsageError } from './command.ts';

const optionsOf = ({ options }: Command): OptionSpecs => ({ ...options, ...common });

/** Commands, then options of a command, then values of an option; file names everywhere else. */
function bash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const values = commands.flatMap((command) =>
    Object.entries(optionsOf(command)).flatMap(([option, { choices }]) =>
      choices === undefined ? [] : [`    ${command.name}:--${option}) words='${choices.join(' ')}' ;;`],
    ),
  );
  const options = commands.map((command) => {
    const all = Object.keys(optionsOf(command)).map((option) => `--${option}`);
    return `      ${command.name}) words='${all.join(' ')}' ;;`;
  });
  return `_rankwise() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" words=''
  case "\${COMP_WORDS[1]}:\${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
  esac
  if [[ COMP_CWORD -eq 1 ]]; then words='${names}'; fi
  if [[ -z $words && $cur == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${options.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _rankwise rankwise
`;
}

/** zsh runs the functions of bash. */
function zsh(commands: readonly Command[]): string {
  return `autoload -U +X compinit bashcompinit && compinit && bashcompinit
${bash(commands)}`;
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

function fish(commands: readonly Command[]): string {
  return commands
    .flatMap((command) => [
      `complete -c rankwise -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.about)}`,
      ...Object.entries(optionsOf(command)).map(([option, { kind, choices, about }]) => {
        const taken = kind === 'flag' ? '' : choices === undefined ? ' -r' : ` -xa ${quoted(choices.join(' '))}`;
        const when = quoted(`__fish_seen_subcommand_from ${command.name}`);
        return `complete -c rankwise -n ${when} -l ${option}${taken} -d ${quoted(about)}`;
      }),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

/** The command that completes `others` and itself. */
export function completionOf(others: readonly Command[]): Command {
  const completion: Command = {
    name: 'completion',
    about: 'print a script that completes commands and options in a shell',
    words: 'SHELL',
    wordCount: [1, 1],
    options: {},
    examples: [
      ['rankwise completion bash >> ~/.bashrc', 'for bash; zsh likewise'],
      ['rankwise completion fish > ~/.config/fish/completions/rankwise.fish', 'for fish'],
    ],
    async run({ words, output }) {
      const [shell] = words as [string];
      const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell]!([...others, completion]) : undefined;
      if (script === undefined) {
        const known = Object.keys(SHELLS).join(', ');
        throw new UsageError(`completion: the shell is one of ${known}; got '${shell}'; choose one of these`);
      }
      output.result({ shell, script });
      output.line(script.trimEnd());
      return Exit.ok;
    },
  };
  return completion;
}

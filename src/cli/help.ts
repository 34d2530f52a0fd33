/** Help texts: examples first. */

import { common } from './args.ts';
import type { Command, OptionSpec } from './command.ts';

function optionRows(options: Readonly<Record<string, OptionSpec>>): string[] {
  const heads = Object.entries(options).map(([name, spec]) => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
    return `${short}--${name}${spec.kind === 'flag' ? '' : ` ${spec.value ?? 'VALUE'}`}`;
  });
  const width = Math.max(...heads.map((head) => head.length));
  return Object.values(options).map((spec, k) => {
    const choices = spec.choices === undefined ? '' : ` (${spec.choices.join(', ')})`;
    const fallback = spec.fallback === undefined ? '' : ` [${spec.fallback}]`;
    return `  ${heads[k]!.padEnd(width)}  ${spec.about}${choices}${fallback}`;
  });
}

export function commandHelp(command: Command): string[] {
  const words = command.words === undefined ? '' : ` ${command.words}`;
  return [
    `rankwise ${command.name}: ${command.about}`,
    '',
    'Examples',
    ...command.examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`]),
    '',
    `Usage: rankwise ${command.name}${words} [options]`,
    '',
    'Options',
    ...optionRows({ ...command.options, ...common }),
  ];
}

export function mainHelp(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'rankwise: neural networks in low-rank tensor form',
    '',
    'Examples',
    '  rankwise demo',
    '      one network dense, narrow and in three formats, side by side, in under a minute',
    '  rankwise train --data digits --format tt --rank 0.1 --out run',
    '      train a small network whose weights are tensor trains',
    '',
    'Commands',
    ...commands.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`),
    '',
    'rankwise COMMAND --help tells more. --version prints the version.',
  ];
}

/** `rankwise methods`: the training methods and their settings. */

import { methodNamed, methods } from '../methods/all.ts';
import type { MethodEntry, SettingSpec } from '../methods/settings.ts';
import { type Command, Exit, type Invocation } from './command.ts';
import { table } from './output.ts';

export const methodsCommand: Command = {
  name: 'methods',
  about: 'the training methods, and the settings of one',
  words: '[METHOD]',
  wordCount: [0, 1],
  options: {},
  examples: [
    ['rankwise methods', 'what there is'],
    ['rankwise methods dlrt', 'what can be set with --with'],
  ],
  run,
};

async function run({ words, output }: Invocation): Promise<number> {
  const shown = words[0] === undefined ? methods : [methodNamed(words[0])];
  output.result({ methods: shown.map(({ build, remodel, ...entry }) => entry) });
  if (words[0] === undefined) {
    const cells = methods.map(({ name, about, isControl }) => [name, isControl === true ? `control: ${about}` : about]);
    for (const line of table(['method', 'what it does'], cells)) output.line(line);
  } else for (const line of described(shown[0]!)) output.line(line);
  return Exit.ok;
}

function described({ name, about, start, format, defaults = {}, settings }: MethodEntry): string[] {
  const lines = [`${name}: ${about}`, ''];
  lines.push(`weights start   ${start === 'dense' ? 'dense' : 'in low-rank form'}`);
  if (format !== undefined) lines.push(`format          ${format}`);
  for (const [option, value] of Object.entries(defaults)) lines.push(`${option.padEnd(15)} ${value}`);
  const cells = Object.entries(settings).map(([setting, spec]) => [setting, `${spec.fallback}`, meaning(spec)]);
  if (cells.length === 0) return lines;
  return [...lines, '', ...table(['--with', 'default', 'meaning'], cells)];
}

function meaning({ about, choices }: SettingSpec): string {
  return choices === undefined ? about : `${about}: ${choices.join(', ')}`;
}

/**
 * Writes the files of a new member and names it in the lists. `npm run new kernel trsm`
 * What it writes is a small working member with its law test, so that there is something green to change. The texts are
 * in scripts/templates/, each at the path it will have.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { FormatError } from '../src/errors.ts';
import { type Kind, type Listing, type Member, members } from './support/members.ts';
import { isMain, readSources } from './support/sources.ts';

const kinds = Object.keys(members) as Kind[];

const HELP = `Usage: npm run new KIND NAME

Writes the files of a new member with its law test, and adds it to the lists.

${kinds.map((kind) => `  ${kind.padEnd(8)} ${members[kind]!.about}`).join('\n')}

  npm run new kernel trsm            assembly/map/trsm.ts and its contract
  npm run new kernel lapack/potrf    the same in another folder of assembly/
  npm run new op mish            src/ops/mish.ts

  NAME is a camelCase word that is not taken. Existing files are never overwritten.
`;

/** Where the templates are: beside this file, also when a copy of the repository is worked on. */
const TEMPLATES = join(import.meta.dirname, 'templates');

interface Names {
  readonly name: string;
  readonly family: string;
}

function fill(text: string, { name, family }: Names): string {
  const title = name[0]!.toUpperCase() + name.slice(1);
  return text.replaceAll('__name__', name).replaceAll('__Name__', title).replaceAll('__family__', family);
}

/** True where TypeScript takes the text for a name, not for a keyword. */
function isName(text: string): boolean {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, text);
  return /^[a-z][A-Za-z0-9]*$/.test(text) && scanner.scan() === ts.SyntaxKind.Identifier;
}

function namesOf(kind: Kind, { family }: Member, given: string): Names {
  const parts = given.split('/');
  const name = parts.pop()!;
  if (!isName(name) || !parts.every(isName) || parts.length > (family === undefined ? 0 : 1)) {
    const rule = family === undefined ? 'a name is one camelCase word' : 'a name is camelCase, or folder/camelCase';
    throw new FormatError('new', rule, `'${given}'`, `such as: npm run new ${kind} mish`);
  }
  return { name, family: parts[0] ?? family ?? '' };
}

/** The text with an element more in the array literal of `const name`; it stays on one line where it was on one. */
function extendArray(text: string, { name, element }: NonNullable<Listing['array']>): string | undefined {
  const head = new RegExp(`\\bconst ${name}\\b[^=;]*= \\[`).exec(text);
  if (head === null) return undefined;
  const begin = head.index + head[0].length;
  let end = begin;
  for (let depth = 1; depth > 0 && end < text.length; end++) {
    if (text[end] === '[') depth++;
    if (text[end] === ']') depth--;
  }
  const inside = text.slice(begin, end - 1).replace(/,?\s*$/, '');
  const lines = inside.includes('\n') || element.includes('\n');
  const separator = inside.trim() === '' ? '' : lines ? ',' : ', ';
  const grown = lines ? `${inside}${separator}\n  ${element},\n` : `${inside}${separator}${element}`;
  return `${text.slice(0, begin)}${grown}${text.slice(end - 1)}`;
}

/** A list file with a new member in it. Throws FormatError where the file has no such list. */
export function extendList(text: string, listing: Listing): string {
  let result = text;
  if (listing.import !== undefined) {
    const at = [...result.matchAll(/^import [^;]*;$/gm)].pop();
    const end = at === undefined ? 0 : at.index + at[0].length + 1;
    result = `${result.slice(0, end)}${listing.import}\n${result.slice(end)}`;
  }
  if (listing.array !== undefined) {
    const { file, array } = listing;
    const grown = extendArray(result, array);
    if (grown === undefined) {
      const rule = `${file} declares the array ${array.name}`;
      throw new FormatError('new', rule, 'none', 'correct scripts/support/members.ts');
    }
    result = grown;
  }
  return listing.lines === undefined ? result : `${result.trimEnd()}\n${listing.lines}`;
}

/** The file of a folder that exports a name already, if any. */
function exporterOf(name: string, folder: string, root: string): string | undefined {
  const exported = new RegExp(`^export (?:const|function) ${name}\\b`, 'm');
  return [...readSources([folder], ['.ts'], root)].find(([, text]) => exported.test(text))?.[0];
}

/** All texts of a new member by path: new files and extended lists. Throws FormatError where one exists. */
export function plan(kind: Kind, given: string, root: string): ReadonlyMap<string, string> {
  const member = members[kind]!;
  const names = namesOf(kind, member, given);
  const texts = new Map<string, string>();
  for (const [path, text] of readSources([kind], ['.txt'], TEMPLATES)) {
    const target = fill(path.slice(kind.length + 1, -'.txt'.length), names);
    const owner = existsSync(join(root, target)) ? target : exporterOf(names.name, dirname(target), root);
    if (owner !== undefined) throw new FormatError('new', 'the name is free', `one in ${owner}`, 'choose another name');
    texts.set(target, fill(text, names));
  }
  for (const listing of member.lists) {
    const text = readFileSync(join(root, listing.file), 'utf8');
    if (new RegExp(`\\b${names.name}\\b`).test(text.replace(/\/\*.*?\*\/|\/\/[^\n]*|'[^']*'/gs, ''))) {
      throw new FormatError('new', 'the name is free', `${names.name} in ${listing.file}`, 'choose another name');
    }
    texts.set(listing.file, extendList(text, JSON.parse(fill(JSON.stringify(listing), names))));
  }
  return texts;
}

/** Writes the files of a new member; gives what to tell about it, a line a file and the next commands. */
export function create(kind: Kind, given: string, root: string): string {
  const member = members[kind]!;
  const names = namesOf(kind, member, given);
  const lines: string[] = [];
  for (const [path, text] of plan(kind, given, root)) {
    const target = join(root, path);
    lines.push(`${existsSync(target) ? 'extended' : 'written '} ${path}`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return [...lines, '', 'Next:', ...member.next.map((command) => `  ${fill(command, names)}`), ''].join('\n');
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help || positionals.length === 0) {
    process.stdout.write(HELP);
    return;
  }
  const [kind, name, ...rest] = positionals;
  if (!kinds.includes(kind as Kind)) {
    throw new FormatError('new', 'the kind is known', `'${kind}'`, `choose one of ${kinds.join(', ')}`);
  }
  if (name === undefined || rest.length > 0) {
    throw new FormatError(
      'new',
      'one name is given',
      rest.length > 0 ? positionals.slice(1).join(' ') : 'none',
      'npm run new -- --help',
    );
  }
  process.stdout.write(create(kind as Kind, name, '.'));
}

if (isMain(import.meta.url)) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 2;
  }
}

/**
 * Imports go downhill. `npm run check:floors`
 * The house has floors; a file imports its own floor and lower ones, siblings on one floor stay apart, and some words
 * belong to one folder alone. ARCHITECTURE.md says why.
 */

import { posix } from 'node:path';
import ts from 'typescript';
import { cyclesOf } from './support/cycles.ts';
import { isMain, parse, readSources, report, type Sources, walk, where } from './support/sources.ts';

/** Folders of src/ by floor, lowest first. Files directly in src/ are the ground below them, but for the entries. */
const FLOORS: readonly (readonly string[])[] = [
  ['ground', 'math'],
  ['kernels'],
  ['backend'],
  ['tensor'],
  ['ops'],
  ['formats'],
  ['select'],
  ['tt'],
  ['decompose'],
  ['linalg', 'accuracy'],
  ['nn', 'optim', 'io'],
  ['methods'],
  ['train'],
  ['testing'],
  ['page'],
  ['node'],
  ['cli'],
];

/** The public faces: they may import everything, and nobody below the command line imports them. */
const ENTRIES = ['src/index.ts', 'src/node.ts', 'src/linalg.ts', 'src/testing.ts'];

/** Folders that name no format: they go through the format table, the algebra and the rounding. */
const FORMAT_BLIND = ['nn', 'methods', 'optim', 'cli'];

/** Folders that know nothing of some folders below them: an optimizer sees leaves, a host file bytes and tensors. */
const CLOSED: Readonly<Record<string, readonly string[]>> = { optim: ['formats'], node: ['methods', 'train'] };

/** Words of the platform and the only places in src/ that may say them. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  WebAssembly: ['src/backend/'],
  GPUDevice: ['src/backend/'],
  SharedArrayBuffer: ['src/backend/'],
  'memory.buffer': ['src/backend/'],
  Worker: ['src/backend/', 'src/node/', 'src/cli/'],
  FinalizationRegistry: ['src/tensor/scope.ts'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  /** False for imports that vanish with the types. */
  readonly value: boolean;
  readonly at: string;
}

/** All imports of a file: static, re-exported, dynamic, and inside types. */
function importsOf(path: string, file: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  const add = (node: ts.Node, to: ts.Node | undefined, value: boolean): void => {
    if (to === undefined || !ts.isStringLiteralLike(to)) return;
    const target = to.text.startsWith('.') ? posix.join(posix.dirname(path), to.text) : to.text;
    imports.push({ from: path, to: target, value, at: where(file, node) });
  };
  walk(file, (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, node.importClause?.isTypeOnly !== true);
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, !node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, false);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node, node.arguments[0], true);
  });
  return imports;
}

/** The folder of a file of src/, 'ground' for files directly in it. */
const roomOf = (path: string): string => (path.split('/').length === 2 ? 'ground' : path.split('/')[1]!);
const floorOf = (path: string): number => FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));

/** Files that declare a format: what others reach only through the table of formats. */
function concreteFormats(sources: Sources): Set<string> {
  const declares = /(?::\s*Format(?:<[^=]*>)?\s*=|\bdefineFormat\()/;
  const files = [...sources].filter(([path, text]) => path.startsWith('src/formats/') && declares.test(text));
  return new Set(files.map(([path]) => path).filter((path) => !/\/(?:format|all)\.ts$/.test(path)));
}

/** What is wrong with one import between files of src/, or undefined. */
function objection({ from, to }: Import, formats: ReadonlySet<string>): string | undefined {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (!to.startsWith('src/')) return `src imports only src; got ${to}; move what is needed into src`;
  if (ENTRIES.includes(to) && !ENTRIES.includes(from) && room !== 'cli') {
    return `an entry is imported from outside; got ${to}; import the file that declares the name`;
  }
  if (ENTRIES.includes(from) || ENTRIES.includes(to)) return undefined;
  if (floorOf(to) < 0) return `${to} lies on no floor; add its folder to FLOORS in scripts/check-floors.ts`;
  if (floorOf(to) > floorOf(from)) return `${room} lies below ${target}; got ${to}; pass the value down instead`;
  if (floorOf(to) === floorOf(from) && room !== target && floorOf(from) > 0) {
    return `${room} and ${target} are siblings; got ${to}; move what both need one floor down`;
  }
  if (CLOSED[room]?.includes(target))
    return `${room} does not know ${target}; got ${to}; take what is needed as an argument`;
  if (FORMAT_BLIND.includes(room) && formats.has(to)) {
    return `${room} names no format; got ${to}; go through the table of formats`;
  }
  return undefined;
}

function packageObjection({ from, to }: Import): string | undefined {
  if (to === 'mathjs' || to.startsWith('mathjs/')) {
    return from === 'test/support/oracle.ts' ? undefined : 'mathjs is the oracle; import test/support/oracle.ts';
  }
  if (!from.startsWith('src/') || to.startsWith('#')) return undefined;
  // An optional peer of one subpath: who asks for laws has it.
  if (to === 'fast-check' && (from === 'src/testing.ts' || roomOf(from) === 'testing')) return undefined;
  // The page of a report is bundled with what draws its charts.
  if (to.startsWith('uplot') && from.startsWith('src/page/browser/')) return undefined;
  if (!to.startsWith('node:')) return `the package has no dependencies; got ${to}; write it or leave it out`;
  const host = from === 'src/node.ts' || roomOf(from) === 'node' || roomOf(from) === 'cli';
  return host ? undefined : `node: modules belong to src/node and src/cli; got ${to}; ask for the host feature there`;
}

/** The word of WORDS that a node says, or undefined. */
function wordOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'buffer') {
    return /(?:^|\.)#?memory$/.test(node.expression.getText()) ? 'memory.buffer' : undefined;
  }
  return ts.isIdentifier(node) && Object.hasOwn(WORDS, node.text) ? node.text : undefined;
}

/** One line for each import or word in the wrong place. */
export function checkFloors(sources: Sources): string[] {
  const problems: string[] = [];
  const inside: Import[] = [];
  const formats = concreteFormats(sources);
  for (const [path, text] of sources) {
    const file = parse(path, text);
    const isSource = path.startsWith('src/');
    if (isSource && !ENTRIES.includes(path) && floorOf(path) < 0) {
      problems.push(`${path}: ${roomOf(path)} is no floor; add it to FLOORS in scripts/check-floors.ts`);
      continue;
    }
    for (const found of importsOf(path, file)) {
      const local = /^(?:\.|src\/|assembly\/|test\/|scripts\/|bench\/)/.test(found.to);
      const problem = local ? isSource && objection(found, formats) : packageObjection(found);
      if (problem) problems.push(`${found.at}: ${problem}`);
      if (local && isSource && found.value) inside.push(found);
    }
    if (!isSource) continue;
    walk(file, (node) => {
      const word = wordOf(node);
      if (word === undefined || WORDS[word]!.some((place) => path.startsWith(place))) return;
      problems.push(`${where(file, node)}: ${word} appears only in ${WORDS[word]!.join(', ')}; ask that floor for it`);
    });
  }
  for (const cycle of cyclesOf(inside)) {
    if (cycle.every((path) => path.startsWith('src/ops/'))) continue;
    problems.push(
      `${cycle[0]}: imports run in a circle; got ${cycle.join(' -> ')}; move what they share to a third file`,
    );
  }
  return problems;
}

if (isMain(import.meta.url)) {
  const sources = readSources(['src', 'test', 'bench', 'scripts'], ['.ts']);
  report('check:floors', checkFloors(sources), `${sources.size} files import downhill`);
}

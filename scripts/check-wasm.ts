/**
 * The compiled kernels are what the contracts say. `npm run check:wasm`
 * Memory is the only import; no data, no start function, no mutable global; every contract has its exports and every
 * export a contract; every argument class lists the contract's fields, in order and kind; the module stays small.
 */

import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { kernels } from '../src/kernels/all.ts';
import type { Fields, Kind } from '../src/kernels/kernel.ts';
import { staleness } from './support/build.ts';
import { isMain, parse, readSources, report, type Sources, walk } from './support/sources.ts';
import { sectionsOf } from './support/wasm.ts';

/** Compiled, 40 kernels in two dtypes are 31 kB in gzip; what edges limit is that and the memory, not these bytes. */
const MAX_BYTES = 160 * 1024;
const INDEX = 'assembly/index.ts';
const WORD: Readonly<Record<Kind, string>> = {
  int: 'i32',
  real: 'f64',
  dims: 'usize',
  data: 'usize',
  index: 'usize',
  slots: 'usize',
  bytes: 'usize',
};

/** Types that move the bits of a dtype. */
const SAME_BITS: Readonly<Record<string, readonly string[]>> = {
  f32: ['f32', 'u32'],
  f64: ['f64', 'u64'],
  i32: ['i32', 'u32'],
  u8: ['u8'],
};

/** The part of a contract that compiled code must match. */
export interface Contract {
  readonly name: string;
  readonly dtypes: readonly string[];
  readonly fields: Fields;
}

/** One line for each way in which a compiled module breaks the rules. */
export function checkModule(bytes: Uint8Array<ArrayBuffer>, contracts: readonly Contract[]): string[] {
  const problems: string[] = [];
  if (bytes.length > MAX_BYTES) problems.push(`wasm: at most ${MAX_BYTES} bytes; got ${bytes.length}; share more code`);
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`);
  for (const name of imports.filter((name) => name !== 'env.memory')) {
    problems.push(`wasm: memory is the only import; got ${name}; remove what needs it (throw, trace, a string?)`);
  }
  const sections = sectionsOf(bytes);
  if (sections.data > 0) problems.push(`wasm: no data segments; got ${sections.data}; remove strings and StaticArrays`);
  if (sections.mutableGlobals > 0) {
    problems.push(`wasm: no mutable globals; got ${sections.mutableGlobals}; pass the value through the block`);
  }
  if (sections.hasStart) problems.push('wasm: no start function; got one; remove top-level statements');
  return imports.length > 1 ? problems : [...problems, ...checkExports(module, contracts)];
}

/** Every contract and dtype has an export of one argument, and the other way round; one function table is allowed. */
function checkExports(module: WebAssembly.Module, contracts: readonly Contract[]): string[] {
  const problems: string[] = [];
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const wanted = new Set(contracts.flatMap(({ name, dtypes }) => dtypes.map((dtype) => `${name}_${dtype}`)));
  for (const name of wanted) {
    const found = exports[name];
    if (typeof found !== 'function') problems.push(`${name}: a contract has an export; got none; add it to ${INDEX}`);
    else if (found.length !== 1) problems.push(`${name}: takes one address; got ${found.length} arguments; see abi.ts`);
  }
  const rest = Object.entries(exports).filter(([name]) => !wanted.has(name));
  const tables = rest.filter(([, value]) => value instanceof WebAssembly.Table);
  if (tables.length > 1) problems.push(`wasm: at most one table; got ${tables.length}; share it`);
  for (const [name, value] of rest) {
    if (value instanceof WebAssembly.Table) continue;
    problems.push(`${name}: an export has a contract; got none; add it to src/kernels/all.ts`);
  }
  return problems;
}

/** Own and inherited fields of every class in assembly/, as `name: type`, without the common head. u32 is an i32. */
function fieldsByClass(files: readonly ts.SourceFile[]): Map<string, string[]> {
  const classes = new Map<string, { base: string; fields: string[] }>();
  for (const file of files) {
    walk(file, (node) => {
      if (!ts.isClassDeclaration(node) || node.name === undefined) return;
      const base = node.heritageClauses?.[0]?.types[0]?.expression.getText() ?? '';
      const members = node.members.filter(ts.isPropertyDeclaration).filter(({ modifiers }) => modifiers === undefined);
      const fields = members.map((m) => `${m.name.getText()}: ${m.type?.getText().replace('u32', 'i32')}`);
      classes.set(node.name.text, { base, fields });
    });
  }
  const all = (name: string): string[] => {
    const found = classes.get(name);
    return found === undefined || name === 'Head' ? [] : [...all(found.base), ...found.fields];
  };
  return new Map([...classes.keys()].map((name) => [name, all(name)]));
}

interface Export {
  readonly name: string;
  /** The dtype the generic function is instantiated with. */
  readonly dtype: string;
  /** The class of its argument block. */
  readonly args: string;
}

/** `export function NAME(args: usize): void { KERNEL<DTYPE>(changetype<ARGS>(args)); }` */
function exportsOf(index: ts.SourceFile): Export[] {
  return index.statements.filter(ts.isFunctionDeclaration).map((node) => {
    const calls: ts.CallExpression[] = [];
    walk(node, (inner) => {
      if (ts.isCallExpression(inner)) calls.push(inner);
    });
    const cast = calls.find((call) => call.expression.getText() === 'changetype');
    const args = cast?.typeArguments?.[0]?.getText() ?? '';
    return { name: node.name?.text ?? '', dtype: calls[0]?.typeArguments?.[0]?.getText() ?? '', args };
  });
}

/** One line for each argument class that differs from its contract's fields. */
export function checkArguments(sources: Sources, contracts: readonly Contract[]): string[] {
  const problems: string[] = [];
  const files = [...sources].map(([path, text]) => parse(path, text));
  const classes = fieldsByClass(files);
  const index = files.find(({ fileName }) => fileName === INDEX);
  for (const { name, dtype, args } of index === undefined ? [] : exportsOf(index)) {
    const contract = contracts.find((c) => c.dtypes.some((t) => name === `${c.name}_${t}`));
    if (contract === undefined) continue;
    if (!SAME_BITS[name.slice(name.lastIndexOf('_') + 1)]?.includes(dtype))
      problems.push(`${name}: the name ends in the dtype that it computes in; got <${dtype}>; correct ${INDEX}`);
    const got = classes.get(args);
    const wanted = Object.entries(contract.fields).map(([field, kind]) => `${field}: ${WORD[kind]}`);
    if (got === undefined) {
      problems.push(`${name}: the block is read through changetype<XArgs>; got '${args}'; declare the class`);
    } else if (got.join(', ') !== wanted.join(', ')) {
      const at = wanted.findIndex((field, k) => field !== got[k]);
      const [want, found] = at < 0 ? ['nothing more', got[wanted.length]] : [wanted[at], got[at] ?? 'nothing'];
      problems.push(
        `${name}: ${args} has the contract's fields in order; got ${found}; the contract has ${want} there`,
      );
    }
  }
  return problems;
}

/** What is wrong with a compiled file. */
function checkFile(path: string, contracts: readonly Contract[]): string[] {
  if (!existsSync(path)) return [`${path}: the kernels are compiled; got no file; npm run build:wasm`];
  const bytes = new Uint8Array(readFileSync(path));
  process.stdout.write(`${path}: ${(bytes.length / 1024).toFixed(1)} of ${MAX_BYTES / 1024} kB\n`);
  const stale = staleness();
  return [
    ...(stale === '' ? [] : [`wasm: ${stale}`]),
    ...checkModule(bytes, contracts),
    ...checkArguments(readSources(['assembly'], ['.ts']), contracts),
  ];
}

if (isMain(import.meta.url)) {
  const contracts = kernels as unknown as readonly Contract[];
  const problems = checkFile('build/kernels.wasm', contracts);
  report('check:wasm', problems, `${contracts.length} kernels match their contracts`);
}

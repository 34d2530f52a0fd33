/** What `npm run new` writes works as written: it type-checks, and its law tests pass in a copy of the repository. */

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { create, extendList, plan } from '../../scripts/new.ts';
import { type Kind, members } from '../../scripts/support/members.ts';
import { type Outcome, run } from '../../scripts/support/run.ts';
import { tally } from '../../scripts/test.ts';
import { FormatError } from '../../src/errors.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('new');

const kinds = Object.keys(members) as Kind[];
const node = (cwd: string, ...args: string[]): Promise<Outcome> =>
  run(process.execPath, ['--import', 'tsx', ...args], { cwd, limit: 100 });

/** A copy of what a new member needs, with the kernels as they are built here. */
function copyRepository(): string {
  const root = mkdtempSync(join(tmpdir(), 'rankwise-new-'));
  const files = ['package.json', 'tsconfig.json', 'asconfig.json', 'dist/wasm.inline.js', 'dist/wasm.inline.d.ts'];
  for (const part of [...files, 'assembly', 'scripts', 'src', 'test/laws', 'test/support'])
    cpSync(part, join(root, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  return root;
}

/** Leaves only the new kernel in the lists, so that compiling them is quick. */
function keepOnly(root: string, name: string, family: string): void {
  const index = join(root, 'assembly/index.ts');
  const kept = readFileSync(index, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`${name}`));
  assert.is(kept.length, 3, 'an import and two exports');
  assert.match(kept[0]!, `./${family}/${name}`);
  writeFileSync(index, kept.join('\n'));
}

const isKernel = (path: string): boolean => path.startsWith('test/kernels/');

test('bad names are refused in the form of all errors', () => {
  for (const name of ['Foo', 'delete', 'two words', 'a-b', 'a/b/c', '../up', '9lives', '']) {
    const refused = (error: Error): boolean =>
      error instanceof FormatError && /^new: .+; got .+; .+$/.test(error.message);
    assert.throws(() => plan('kernel', name, '.'), refused, name);
  }
  assert.throws(() => plan('op', 'folder/name', '.'), /one camelCase word/);
});

test('names that are taken are refused', () => {
  assert.throws(() => plan('kernel', 'fill', '.'), /the name is free/);
  assert.throws(() => plan('op', 'mul', '.'), /got one in src\/ops\/binary\.ts/);
});

test('lists grow by one entry, on one line or many', () => {
  const array = { name: 'all', element: 'c' };
  const grow = (text: string): string =>
    extendList(text, { file: 'a.ts', import: "import { c } from './c.ts';", array });
  const one = grow("import { a } from './a.ts';\n\nconst all: readonly A[] = [a, b];\n");
  assert.is(one, "import { a } from './a.ts';\nimport { c } from './c.ts';\n\nconst all: readonly A[] = [a, b, c];\n");
  assert.match(grow('const all: A[] = [];\n'), /= \[c\];/);
  assert.match(grow('const all: A[] = [\n  a,\n  [b],\n];\n'), /= \[\n {2}a,\n {2}\[b\],\n {2}c,\n\];/);
  assert.throws(() => grow('const none = 1;'), /declares the array all/);
});

test('every kind extends the lists of this repository to something that parses', () => {
  for (const kind of kinds) {
    for (const [path, text] of plan(kind, 'probe', '.')) {
      assert.match(text, 'probe', path);
      assert.not.match(text, /__\w+__/, path);
      assert.not.throws(() => transformSync(text, { loader: 'ts' }), path);
    }
  }
});

test('the command says what it wrote, and errors have the form of all errors and exit code 2', async () => {
  const root = copyRepository();
  try {
    const first = await node(root, 'scripts/new.ts', 'op', 'probe');
    assert.is(first.code, 0, first.output);
    assert.match(first.output, /^written {2}src\/ops\/probe\.ts$/m);
    const again = await node(root, 'scripts/new.ts', 'op', 'probe');
    assert.is(again.code, 2);
    assert.match(again.output, /^new: the name is free; got one in src\/ops\/probe\.ts; choose another name$/m);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('new members type-check and pass their tests as written', async () => {
  const root = copyRepository();
  try {
    const told = kinds.map((kind) => create(kind, kind === 'kernel' ? 'level1/probeKernel' : `probe${kind}`, root));
    const written = [...told.join('\n').matchAll(/^written {2}(.*)$/gm)].map(([, path]) => path!);
    const files = written.filter((path) => !path.startsWith('assembly/'));
    writeFileSync(join(root, 'tsconfig.new.json'), JSON.stringify({ extends: './tsconfig.json', include: [], files }));
    const types = await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.new.json'], {
      cwd: root,
    });
    const wrong = types.output.split('\n').filter((line) => files.some((path) => line.startsWith(path)));
    assert.equal(wrong, []);

    // The kernel comes last: its build leaves the others out.
    const tests = files.filter((path) => path.endsWith('.test.ts'));
    for (const file of tests.sort((a, b) => Number(isKernel(a)) - Number(isKernel(b)))) {
      if (isKernel(file)) {
        keepOnly(root, 'probeKernel', 'level1');
        const build = await node(root, 'scripts/build-wasm.ts', 'simd');
        assert.is(build.code, 0, build.output);
      }
      const outcome = await node(root, file);
      const { passed, failed } = tally(outcome);
      assert.is(failed, 0, outcome.output);
      assert.ok(passed > 0, file);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});

test.run();

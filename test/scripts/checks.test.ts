/** The checks of arithmetic, size, documents and format find what they look for, and nothing in innocent text. */

import { checkCommands, checkLinks, checkSnippets, snippetsOf } from '../../scripts/check-docs.ts';
import { checkMath } from '../../scripts/check-math.ts';
import { checkLock, checkPackages, checkTarball, checkTargets } from '../../scripts/check-package.ts';
import { checkLines } from '../../scripts/check-size.ts';
import { hideDecorators, showDecorators } from '../../scripts/format.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('checks');

const math = (path: string, code: string): string[] => checkMath(new Map([[path, code]]));

test('inexact functions are found with their line and a remedy', () => {
  for (const code of ['Math.exp(x)', 'Math.log10(x)', 'x ** 2', 'x **= 2', 'Math["sin"](x)', 'const { cos } = Math']) {
    assert.is(math('src/nn/a.ts', code).length, 1, code);
  }
  assert.equal(math('src/nn/a.ts', '\n\nMath.tanh(x);'), [
    'src/nn/a.ts:3: Math.tanh differs between runtimes; use src/math.ts',
  ]);
  assert.match(math('src/nn/a.ts', 'Math.random()')[0]!, /keyed generator/);
  for (const code of ['NativeMathf.exp(x)', 'Math.sqrt(x)', 'Mathf.abs(x)']) {
    assert.is(math('assembly/map/a.ts', `@inline\nfunction f<T>(x: T): T { return <T>${code}; }`).length, 1, code);
  }
});

test('exact functions, comments, texts and the command line are free', () => {
  const code = '/** Math.exp ** */ const a = Math.sqrt(2) + Math.fround(Math.PI); const s = "Math.pow"; o.Math;';
  assert.equal(math('src/nn/a.ts', code), []);
  assert.equal(math('assembly/map/a.ts', '// Math.exp\nexport function f(x: f64): f64 { return sqrt(x); }'), []);
  assert.equal(math('src/cli/a.ts', 'Math.log10(2) ** 2'), []);
});

test('files and functions have a greatest length', () => {
  const lines = (path: string, text: string): string[] => checkLines(new Map([[path, text]]));
  assert.equal(lines('src/a.ts', 'x;\n'.repeat(300)), []);
  assert.match(lines('src/a.ts', 'x;\n'.repeat(301))[0]!, /at most 300 lines; got 301/);
  const body = (n: number): string => `\nexport function f(): void {\n${'  x;\n'.repeat(n)}}\n`;
  assert.equal(lines('src/a.ts', body(58)), []);
  assert.match(lines('src/a.ts', body(59))[0]!, /^src\/a\.ts:2: .*60 lines; got 61/);
  const many = new Map(Array.from({ length: 999 }, (_, k) => [`src/${k}.ts`, 'x;\n'.repeat(290)] as const));
  assert.match(checkLines(many).join('\n'), /^src \+ assembly: at most \d+ lines; got 289710/);
});

test('the tarball holds what is built and what a package needs, and is small', () => {
  const root = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
  const built = ['dist/index.js', 'dist/index.d.ts', 'dist/kernels.wasm', 'dist/wasm.inline.js', 'dist/wasm.module.js'];
  const packed = (paths: readonly string[], size = 1000): { size: number; files: { path: string }[] } => {
    return { size, files: paths.map((path) => ({ path })) };
  };
  const sources = (path: string): boolean => path === 'src/index.ts';
  const check = (paths: readonly string[], size = 1000, digits = 1000): string[] =>
    checkTarball(packed(paths, size), digits, sources);
  assert.equal(check([...root, ...built]), []);
  assert.match(check([...root.slice(1), ...built])[0]!, /it holds CHANGELOG\.md; got none/);
  for (const stray of ['dist/old.js', 'dist/index.js.map', 'test/a.ts', 'src/index.ts', '.npmrc']) {
    assert.match(check([...root, ...built, stray])[0]!, /is built from src/, stray);
  }
  assert.match(check([...root, ...built], 840_001)[0]!, /at most 840000 bytes; got 840001/);
  assert.match(check([...root, ...built], 1000, 50_001)[0]!, /digits take at most 50000 bytes; got 50001/);
});

test('packages are pinned and explained, and nothing is brought along', () => {
  const guide = '- `tool`: because';
  assert.equal(checkPackages({ devDependencies: { tool: '1.2.3' } }, guide), []);
  assert.match(checkPackages({ dependencies: { left: '1.0.0' } }, guide)[0]!, /no dependencies; got left/);
  assert.match(checkPackages({ devDependencies: { tool: '^1.2.3' } }, guide)[0]!, /versions are exact; got tool/);
  assert.match(checkPackages({ devDependencies: { other: '1.2.3' } }, guide)[0]!, /got none for other/);
  const peer = { devDependencies: { tool: '1.2.3' }, peerDependencies: { tool: '^1.0.0' } };
  assert.match(checkPackages(peer, guide)[0]!, /a peer is optional, for one subpath; got tool/);
  const optional = { ...peer, peerDependenciesMeta: { tool: { optional: true } } };
  assert.equal(checkPackages(optional, guide), []);
  assert.match(checkPackages({ ...optional, devDependencies: {} }, guide)[0]!, /a peer is tested with; got tool/);
  assert.equal(checkLock('{ "version": "1.0.0" }'), []);
  assert.match(checkLock('{ "resolved": "a", "x": { "resolved": "b" } }')[0]!, /got 2/);
  const manifest = { files: ['dist'], exports: { '.': { types: './a.d.ts', default: './a.js' } }, bin: { x: 'x.js' } };
  assert.equal(
    checkTargets(manifest, () => true),
    [],
  );
  assert.is(checkTargets(manifest, (path) => path === 'dist').length, 3);
});

test('links and commands of documents exist', () => {
  const exists = (path: string): boolean => path === 'docs/a.md';
  const text = '[a](a.md) [b](b.md#part) [c](https://example.org/x) [d](#part)';
  assert.equal(checkLinks('docs/x.md', text, exists).length, 1);
  assert.match(checkLinks('docs/x.md', text, exists)[0]!, /got b\.md/);
  assert.equal(checkCommands('x.md', 'npm run build && npm run biuld', { build: '' }).length, 1);
});

test('snippets type-check, and errors name the line of the document', () => {
  const text = (code: string): string => `# Title\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
  assert.is(snippetsOf(text('const a = 1;')).length, 1);
  assert.equal(checkSnippets('README.md', text('const a: number = 1;')), []);
  const problems = checkSnippets('README.md', text('const a = 1;\nconst b: string = a;'));
  assert.is(problems.length, 1);
  assert.match(problems[0]!, /^README\.md:5: .*not assignable/);
});

test('decorators survive formatting', () => {
  const text = '@inline\nexport function f(): void {}\n  @inline get x(): i32 {}\n@operator("+")\n// @ts-ignore: x\n';
  assert.not.match(hideDecorators(text), /^\s*@/m);
  assert.is(showDecorators(hideDecorators(text)), text);
});

test.run();

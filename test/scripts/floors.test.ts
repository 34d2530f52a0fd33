/** Each rule of the floors can be broken, and is then named with its place. */

import { checkFloors } from '../../scripts/check-floors.ts';
import { cyclesOf } from '../../scripts/support/cycles.ts';
import { assert, suite } from '../support/test.ts';

const test = suite('check:floors');

const check = (files: Readonly<Record<string, string>>): string[] => checkFloors(new Map(Object.entries(files)));

/** A house with one planted fault: exactly one problem, at the file, that says what the rule is. */
function breaks(path: string, code: string, rule: RegExp): void {
  const problems = check({ [path]: `\n${code}\n` });
  assert.is(problems.length, 1, problems.join('\n') || `nothing found in ${path}: ${code}`);
  assert.ok(problems[0]!.startsWith(`${path}:2: `), problems[0]);
  assert.match(problems[0]!, rule);
}

test('imports go downhill', () => {
  breaks('src/tensor/a.ts', "import { add } from '../ops/add.ts';", /tensor lies below ops/);
  breaks('src/tensor/a.ts', "import type { Op } from '../ops/op.ts';", /tensor lies below ops/);
  breaks('src/shape.ts', "export { x } from './kernels/x.ts';", /ground lies below kernels/);
  breaks('src/ops/a.ts', "type F = import('../formats/network.ts').Factored;", /ops lies below formats/);
  breaks('src/io/a.ts', "const m = await import('../cli/main.ts');", /io lies below cli/);
  assert.equal(check({ 'src/ops/a.ts': "import { t } from '../tensor/t.ts'; import { e } from '../errors.ts';" }), []);
});

test('siblings stay apart, and a new folder needs a floor', () => {
  breaks('src/nn/a.ts', "import { sgd } from '../optim/sgd.ts';", /nn and optim are siblings/);
  breaks('src/optim/a.ts', "import { F } from '../formats/network.ts';", /optim does not know formats/);
  breaks('src/nn/a.ts', "import { x } from '../cellar/x.ts';", /lies on no floor/);
  assert.match(check({ 'src/cellar/x.ts': '' })[0]!, /cellar is no floor/);
});

test('the engine imports neither packages, hosts, entries nor other folders', () => {
  breaks('src/nn/a.ts', "import lodash from 'lodash';", /no dependencies/);
  breaks('src/nn/a.ts', "import { readFileSync } from 'node:fs';", /node: modules belong/);
  breaks('src/nn/a.ts', "import '../../assembly/index.ts';", /src imports only src/);
  breaks('src/nn/a.ts', "import { tensor } from '../index.ts';", /an entry is imported from outside/);
  breaks('test/nn/a.test.ts', "import { qr } from 'mathjs';", /mathjs is the oracle/);
  const fine = {
    'src/node/a.ts': "import 'node:fs';",
    'src/cli/a.ts': "import 'node:fs'; import '../index.ts';",
    'src/backend/wasm/a.ts': "import compiled from '#wasm';",
    'test/support/oracle.ts': "import { qr } from 'mathjs';",
  };
  assert.equal(check(fine), []);
});

test('some words belong to one folder', () => {
  breaks(
    'src/ops/a.ts',
    'const m = new WebAssembly.Memory({ initial: 1 });',
    /WebAssembly appears only in src\/backend/,
  );
  breaks('src/tensor/a.ts', 'const view = new Uint8Array(this.memory.buffer);', /memory\.buffer appears only/);
  breaks('src/tensor/a.ts', 'const net = new FinalizationRegistry(report);', /only in src\/tensor\/scope\.ts/);
  breaks('src/nn/a.ts', 'const w = new Worker(url);', /Worker appears only/);
  assert.equal(check({ 'src/ops/a.ts': "// WebAssembly and Worker\nconst s = 'FinalizationRegistry';" }), []);
});

test('only the table of formats knows concrete formats', () => {
  const tt = { 'src/formats/tt.ts': 'export const tt: Format = {};' };
  const user = "import { tt } from '../formats/tt.ts';";
  for (const room of ['nn', 'methods', 'cli']) {
    const problems = check({ ...tt, [`src/${room}/a.ts`]: user });
    assert.is(problems.length, 1);
    assert.match(problems[0]!, /names no format/);
  }
  assert.equal(check({ ...tt, 'src/formats/all.ts': "import { tt } from './tt.ts';" }), []);
});

test('imports run in no circle outside ops', () => {
  const circle = (room: string, how = ''): string[] =>
    check({
      [`src/${room}/a.ts`]: `import ${how}{ b } from './b.ts';`,
      [`src/${room}/b.ts`]: `import ${how}{ c } from './c.ts';`,
      [`src/${room}/c.ts`]: `import ${how}{ a } from './a.ts';`,
    });
  assert.is(circle('nn').length, 1);
  assert.match(circle('nn')[0]!, /src\/nn\/a\.ts -> src\/nn\/b\.ts -> src\/nn\/c\.ts/);
  assert.equal(circle('ops'), []);
  assert.equal(circle('nn', 'type '), []);
});

test('circles of a graph', () => {
  const edges = (...pairs: string[]) => pairs.map((pair) => ({ from: pair[0]!, to: pair[1]! }));
  assert.equal(cyclesOf(edges('ab', 'bc', 'ac')), []);
  assert.equal(cyclesOf(edges('ab', 'ba', 'bc', 'cd', 'dc', 'ee')), [['c', 'd'], ['a', 'b'], ['e']]);
});

test.run();

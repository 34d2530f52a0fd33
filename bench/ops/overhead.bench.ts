/** What an operation costs besides its arithmetic: tiny tensors in scopes of 100. `npx tsx bench/ops/overhead.bench.ts` */

import { add, mul } from '../../src/ops/binary.ts';
import { grad } from '../../src/ops/grad.ts';
import { matmul } from '../../src/ops/matmul.ts';
import { sum } from '../../src/ops/reduce.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { relu, tanh } from '../../src/ops/unary.ts';
import { ones } from '../../src/tensor/create.ts';
import { keep, scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

const PER_SCOPE = 100;
const SCOPES = 300;
const ROUNDS = 9;

const [x, y, row] = keep([ones([4, 4]), ones([4, 4]), ones([4])]) as [Tensor, Tensor, Tensor];
/** 51 operations forward, about 75 on the way back. */
const chain = grad((t: Tensor) => {
  let z = t;
  for (let k = 0; k < 25; k++) z = mul(add(z, y), y);
  return sum(z);
});

const rows: Readonly<Record<string, { run: () => unknown; ops?: number }>> = {
  'add [4, 4]': { run: () => add(x, y) },
  'add, a row repeated': { run: () => add(x, row) },
  'mul by a number': { run: () => mul(x, 0.5) },
  relu: { run: () => relu(x) },
  tanh: { run: () => tanh(x) },
  sum: { run: () => sum(x) },
  'sum of a mode': { run: () => sum(x, 0) },
  'matmul [4, 4]': { run: () => matmul(x, y) },
  'reshape (view)': { run: () => reshape(x, [16]) },
  'transpose (view)': { run: () => transpose(x) },
  'add in a scope of its own': { run: () => scope(() => add(x, y)) },
  'gradient of a chain, per operation': { run: () => chain(x), ops: 126 },
};

/** Processor time, in ns: other processes disturb it less than the clock. */
const now = (): number => process.cpuUsage().user * 1000;

for (const [name, { run, ops = 1 }] of Object.entries(rows)) {
  const scopes = Math.ceil(SCOPES / ops);
  const times = Array.from({ length: ROUNDS }, () => {
    const start = now();
    for (let k = 0; k < scopes; k++) {
      scope(() => {
        for (let i = 0; i < PER_SCOPE; i++) run();
      });
    }
    return (now() - start) / (scopes * PER_SCOPE * ops);
  });
  process.stdout.write(
    `${name.padEnd(36)} ${times
      .sort((a, b) => a - b)
      [ROUNDS >> 1]!.toFixed(0)
      .padStart(6)} ns\n`,
  );
}

const outside = Array.from({ length: ROUNDS }, () => {
  const host = ones([4, 4]);
  const start = now();
  for (let k = 0; k < 20_000; k++) add(host, host);
  return (now() - start) / 20_000;
});
process.stdout.write(
  `${'add outside all scopes'.padEnd(36)} ${outside
    .sort((a, b) => a - b)
    [ROUNDS >> 1]!.toFixed(0)
    .padStart(6)} ns\n`,
);

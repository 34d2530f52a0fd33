/**
 * Is the planner's choice the quickest? Times a training step of small networks in every order of contraction that the
 * cost model puts within 4 times of the best, and sets the chosen order against the quickest.
 * `npx tsx bench/ops/path.bench.ts [part of a name]`
 */

import type { Tree } from '../../src/ops/einsum/optimal.ts';
import { pair, pairing } from '../../src/ops/einsum/pair.ts';
import { type Plan, plan } from '../../src/ops/einsum/path.ts';
import { vjp } from '../../src/ops/grad.ts';
import { type Shape, sizeOf } from '../../src/shape.ts';
import { tensor } from '../../src/tensor/create.ts';
import { scope } from '../../src/tensor/scope.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { seeded } from '../../test/support/random.ts';
import { treesOf } from '../../test/support/trees.ts';
import { printTable } from '../suite.ts';

const networks: readonly (readonly [name: string, spec: string, sizes: Readonly<Record<string, number>>])[] = [
  ['low rank 16', 'bi,ir,ro->bo', { b: 64, i: 784, r: 16, o: 256 }],
  ['low rank 128', 'bi,ir,ro->bo', { b: 64, i: 784, r: 128, o: 256 }],
  ['Tucker 20', 'bi,is,sr,or->bo', { b: 64, i: 784, s: 20, r: 20, o: 256 }],
  ['TT-matrix 8', 'bijk,ipx,xjqy,ykr->bpqr', { b: 64, i: 7, j: 16, k: 7, p: 4, q: 16, r: 4, x: 8, y: 8 }],
  ['TT-matrix 28', 'bijk,ipx,xjqy,ykr->bpqr', { b: 64, i: 7, j: 16, k: 7, p: 4, q: 16, r: 4, x: 28, y: 28 }],
  ['CP 30', 'bij,ir,jr,pr,qr->bpq', { b: 64, i: 28, j: 28, p: 16, q: 16, r: 30 }],
  ['CP 8', 'bij,ir,jr,pr,qr->bpq', { b: 64, i: 28, j: 28, p: 16, q: 16, r: 8 }],
  ['tensor ring 5', 'bij,uiv,vjw,wpx,xqu->bpq', { b: 64, i: 28, j: 28, p: 16, q: 16, u: 5, v: 5, w: 5, x: 5 }],
];

/** Least CPU milliseconds of a call, in rounds by turns, so that other processes disturb little and all alike. */
function milliseconds(runs: readonly (() => void)[]): number[] {
  const now = (): number => process.cpuUsage().user / 1000;
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 8; round++) {
    for (const [k, run] of runs.entries()) {
      const start = now();
      let calls = 0;
      for (; now() - start < 4; calls++) run();
      best[k] = Math.min(best[k], (now() - start) / calls);
    }
  }
  return best;
}

function random(shape: Shape): Tensor {
  return tensor(Float32Array.from({ length: sizeOf(shape) }, seeded(1)), shape);
}

function contraction(inputs: readonly string[][], { steps }: Plan): (...xs: Tensor[]) => Tensor {
  const labels = [...inputs, ...steps.map((step) => step.labels)];
  const meet = steps.map(({ pair: [i, j], labels: result }) => pairing(labels[i], labels[j], result));
  return (...xs) => {
    const values = [...xs];
    steps.forEach(({ pair: [i, j] }, s) => {
      values.push(pair(values[i], values[j], meet[s]));
    });
    return values[values.length - 1];
  };
}

const rows = [['network', 'orders', 'chosen µs', 'quickest µs', 'ratio']];
for (const [name, spec, given] of networks.filter(([n]) => n.includes(process.argv[2] ?? ''))) {
  const [left, right] = spec.split('->');
  const inputs = left.split(',').map((term) => [...term]);
  const names = { inputs, output: [...right] };
  const sizes = new Map(Object.entries(given));
  const best = plan(names, sizes).path.cost;
  const orders: { readonly cost: number; readonly step: () => void }[] = [];
  const times = scope(() => {
    const shapeOf = (labels: readonly string[]): Shape => labels.map((label) => given[label]);
    const xs = inputs.map((labels) => random(shapeOf(labels)));
    const g = random(shapeOf(names.output));
    for (const tree of treesOf(inputs.map((_, k): Tree => k))) {
      const made = plan(names, sizes, tree);
      if (made.path.cost > 4 * best) continue;
      const run = contraction(inputs, made);
      const step = (): void => scope(() => void vjp((...parts) => run(xs[0], ...parts), xs.slice(1), g));
      orders.push({ cost: made.path.cost, step });
    }
    return milliseconds(orders.map(({ step }) => step));
  });
  const chosen = times[orders.findIndex(({ cost }) => cost === best)];
  const quickest = Math.min(...times);
  const micro = (ms: number): string => (ms * 1e3).toFixed(0);
  rows.push([name, String(times.length), micro(chosen), micro(quickest), (chosen / quickest).toFixed(2)]);
}
printTable(rows);

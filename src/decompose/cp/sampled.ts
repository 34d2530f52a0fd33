/**
 * Randomized alternating least squares for dense tensors (CP-ARLS-LEV: Larsen & Kolda 2022, algorithm 5): each least
 * squares problem keeps only rows drawn by leverage scores, s (r + n) r operations instead of r size(X). The error is
 * estimated on entries drawn once.
 */

import type { Real } from '../../dtype.ts';
import { add, mul } from '../../ops/binary.ts';
import { cast } from '../../ops/cast.ts';
import { einsum } from '../../ops/einsum/einsum.ts';
import { gather } from '../../ops/gather.ts';
import { uniform } from '../../ops/random.ts';
import { expandDims, reshape } from '../../ops/reshape.ts';
import { slice } from '../../ops/slice.ts';
import { transpose } from '../../ops/transpose.ts';
import { fold, type Key } from '../../random.ts';
import { rowMajor } from '../../shape.ts';
import { own, range } from '../../tensor/create.ts';
import { dataSync } from '../../tensor/read.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Components, gramWithout } from './components.ts';
import { residualOf } from './dense.ts';
import { distance, productsAt } from './entriesProblem.ts';
import { drawRows, probabilities, type Rows } from './leverage.ts';
import { mttkrp } from './mttkrp.ts';
import { type Problem, type Swept, stepped } from './problem.ts';
import { mapBlocks, rowsOf } from '../blocks.ts';
import type { System } from '../leastSquares.ts';
import type { Entries } from '../samples.ts';

/** A block of fibres takes this part of the tensor. */
const SHARE = 16;

/** Entries on which the error is estimated. */
const ENTRIES = 1 << 15;

/**
 * The problem of a tensor x of which each least squares problem reads `samples` fibres. Its residuals are estimates.
 */
export function sampledProblem(x: Tensor, samples: number, key: Key): Problem {
  const { shape } = x;
  let sweeps = 0;
  const entries = x.size <= ENTRIES ? null : entriesOf(x, ENTRIES, fold(key, 'entries'));
  return {
    shape,
    dtype: x.dtype as Real,
    norm: residualOf(x, null, null),
    known: 1,
    sweep(start, step) {
      const stream = fold(key, 'sweep', sweeps++);
      const p = start.factors.map((a, k) => probabilities(a, start.grams[k]!));
      let now: Swept = { components: start, squared: null };
      for (let mode = 0; mode < shape.length; mode++) {
        now = scope(() => {
          const { components } = now;
          const exact = x.size / shape[mode]! <= samples;
          const others = p.filter((_, k) => k !== mode);
          const { right, gram } = exact
            ? { right: mttkrp(x, components.factors, mode), gram: gramWithout(components, mode) }
            : systemOf(x, components, mode, drawRows(others, samples, fold(stream, mode)));
          const rows = (from: number, to: number): System => ({ right: cast(rowsOf(right, from, to), 'f64'), gram });
          return stepped(components, mode, rows, step);
        });
        const { factors, grams } = now.components;
        p[mode] = probabilities(factors[mode]!, grams[mode]!);
      }
      return now;
    },
    residual: (components) => (entries === null ? residualOf(x, components, null) : entries(components)),
  };
}

/** Normal equations of the drawn rows alone. */
function systemOf(x: Tensor, { factors }: Components, mode: number, { indices, squaredWeights }: Rows): System {
  const others = factors.filter((_, k) => k !== mode);
  const rows = productsAt(others, indices, 0, squaredWeights.length);
  const weighted = mul(rows, expandDims(own(squaredWeights, [squaredWeights.length]), 1));
  const count = squaredWeights.length;
  const fibres = fibresOf(x, mode, indices);
  const make = (from: number, to: number): Tensor => einsum('is,sr->ir', cast(fibres(from, to), 'f64'), weighted);
  const right = mapBlocks(x.shape[mode]!, count, make, x.size / SHARE);
  return { right, gram: einsum('sr,sq->rq', rows, weighted) };
}

function indexOf(values: Int32Array): Tensor {
  return own(values.slice(), [values.length]);
}

/** Elements from..to-1 of the fibres of a mode at the indices of the others: [to - from, count]. */
function fibresOf(x: Tensor, mode: number, indices: readonly Int32Array[]): (from: number, to: number) => Tensor {
  const strides = rowMajor(x.shape);
  const others = strides.filter((_, k) => k !== mode);
  const [n, stride] = [x.shape[mode]!, strides[mode]!];
  const starts = Float64Array.from({ length: indices[0]!.length }, (_, s) =>
    indices.reduce((at, index, k) => at + index[s]! * others[k]!, 0),
  );
  if (stride === 1) {
    const rows = indexOf(Int32Array.from(starts, (at) => at / n));
    const table = reshape(x, [x.size / n, n]);
    return (from, to) => transpose(slice(gather(table, rows), [null, [from, to]]));
  }
  const [table, first] = [reshape(x, [x.size, 1]), own(starts, [starts.length])];
  return (from, to) => {
    // Along the count, addresses ascend as the rows do.
    const places = cast(add(expandDims(mul(range(from, to, 'f64'), stride), 1), first), 'i32');
    return reshape(gather(table, places), places.shape);
  };
}

/** Estimates |X - Y| on `count` entries drawn uniformly. */
function entriesOf(x: Tensor, count: number, key: Key): (y: Components) => number {
  const indices = x.shape.map((n, k) => {
    const u = scope(() => dataSync(uniform(fold(key, k), [count], { dtype: 'f64' })));
    return Int32Array.from(u, (v) => Math.min(n - 1, Math.floor(v * n)));
  });
  const strides = rowMajor(x.shape);
  const places = Int32Array.from({ length: count }, (_, s) =>
    indices.reduce((at, index, k) => at + index[s]! * strides[k]!, 0),
  );
  const values = Float64Array.from(scope(() => dataSync(gather(reshape(x, [x.size]), indexOf(places)))));
  const entries: Entries = { shape: x.shape, dtype: 'f64', count, indices, values };
  return (y) => distance(entries, y) * Math.sqrt(x.size / count);
}

/** Activations as layers. */

import { add, maximum, minimum, mul } from '../ops/binary.ts';
import { gelu as geluOp, relu as reluOp, sigmoid as sigmoidOp, tanh as tanhOp } from '../ops/unary.ts';
import { plain } from './leaf.ts';
import type { Module } from './module.ts';

export function relu(): Module {
  return plain({ kind: 'relu', apply: (x) => reluOp(x) });
}

export function gelu(): Module {
  return plain({ kind: 'gelu', apply: (x) => geluOp(x), flopsPerElement: 20 });
}

export function tanh(): Module {
  return plain({ kind: 'tanh', apply: (x) => tanhOp(x), flopsPerElement: 15 });
}

export function sigmoid(): Module {
  return plain({ kind: 'sigmoid', apply: (x) => sigmoidOp(x), flopsPerElement: 15 });
}

/** -1 below -1, 1 above 1, x between. */
export function hardTanh(): Module {
  return plain({ kind: 'hardTanh', apply: (x) => maximum(minimum(x, 1), -1), flopsPerElement: 2 });
}

/** 0 below -2, 1 above 2, x / 4 + 1 / 2 between. */
export function hardSigmoid(): Module {
  return plain({
    kind: 'hardSigmoid',
    apply: (x) => add(mul(maximum(minimum(x, 2), -2), 0.25), 0.5),
    flopsPerElement: 4,
  });
}

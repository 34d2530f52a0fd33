/** Activations as layers. */

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

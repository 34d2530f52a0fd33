/** Products that join trains end to end, at rank 1: nothing is computed, cores are shared. */

import { sameDtype } from '../dtype.ts';
import { ShapeError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { showShape } from '../shape.ts';
import { layTrain, type Mode, modesByAxis, modesByCore, trainOf } from './train.ts';

/**
 * The Kronecker product: axis k has the size of axis k of a times that of b, and its entry (i, j) is a[i] b[j], j running
 * fastest; of TT-matrices, the Kronecker product of the matrices. Throws ShapeError where the orders differ.
 */
export function kron(a: Factored, b: Factored): Factored {
  if (a.axes.length !== b.axes.length) {
    const got = `${showShape(a.shape)} and ${showShape(b.shape)}`;
    throw new ShapeError('kron', 'operands have the same order', got, 'use outer() to append modes');
  }
  return joined('kron', a, b, (first, second) => first.map((axis, k) => [...axis, ...second[k]!]));
}

/** All products of an entry of a and one of b: the axes of a, then those of b. */
export function outer(a: Factored, b: Factored): Factored {
  return joined('outer', a, b, (first, second) => [...first, ...second]);
}

type Join = (first: readonly (readonly Mode[])[], second: readonly (readonly Mode[])[]) => (readonly Mode[])[];

function joined(op: string, a: Factored, b: Factored, join: Join): Factored {
  const [left, right] = [trainOf(op, a).cores, trainOf(op, b).cores];
  sameDtype(op, [left[0]!, right[0]!]);
  const named = (name: string, lists: readonly (readonly Mode[])[]): Mode[][] =>
    lists.map((own) => own.map(({ label, size }) => ({ label: `${name}${label}`, size })));
  const modes = [...named('a', modesByCore(op, a)), ...named('b', modesByCore(op, b))];
  return layTrain([...left, ...right], modes, join(named('a', modesByAxis(a)), named('b', modesByAxis(b))));
}

/**
 * TT-matrices as operators, core by core (Oseledets 2010): ranks multiply under matvec() and matmat(). Rows and columns are
 * the first and the second axis of a TT-matrix; each core has a mode of either. All of it is differentiable.
 */

import { ShapeError } from '../errors.ts';
import type { Factored } from '../formats/network.ts';
import { einsum } from '../ops/einsum/einsum.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose as permuted } from '../ops/transpose.ts';
import { showShape } from '../shape.ts';
import { scope } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { layTrain, type Mode, modesByAxis, modesByCore, trainOf } from './train.ts';

/** A TT-matrix with the two modes of every core, in the order row, column. */
interface Operator {
  /** Cores [r, m, n, s]. */
  readonly cores: readonly Tensor[];
  readonly rows: readonly Mode[];
  readonly columns: readonly Mode[];
}

function operatorOf(op: string, A: Factored): Operator {
  const modes = modesByCore(op, A);
  const axes = modesByAxis(A);
  const isRow = (mode: Mode): boolean => axes[0]!.some(({ label }) => label === mode.label);
  const paired = axes.length === 2 && modes.every((own) => own.length === 2 && isRow(own[0]!) !== isRow(own[1]!));
  const pick = (wanted: boolean): Mode[] => modes.map((own) => own.find((mode) => isRow(mode) === wanted)!);
  const [rows, columns] = paired ? [pick(true), pick(false)] : [[], []];
  const inOrder = (own: readonly Mode[], axis: readonly Mode[]): boolean =>
    own.every(({ label }, k) => label === axis[k]!.label);
  if (!paired || !inOrder(rows, axes[0]!) || !inOrder(columns, axes[1]!)) {
    const rule = 'a TT-matrix has two axes and a mode of each in every core';
    throw new ShapeError(op, rule, `${A.format} ${showShape(A.shape)}`, 'decompose it as a TT-matrix');
  }
  const cores = trainOf(op, A).cores.map((core, k) => {
    const [first, second] = modes[k]! as [Mode, Mode];
    const split = reshape(core, [core.shape[0]!, first.size, second.size, core.shape[2]!]);
    return isRow(first) ? split : permuted(split, [0, 2, 1, 3]);
  });
  return { cores, rows, columns };
}

function refuseInner(op: string, wanted: readonly Mode[], got: readonly Mode[]): void {
  const [left, right] = [wanted, got].map((modes) => modes.map(({ size }) => size));
  if (left!.join() === right!.join()) return;
  const found = `${showShape(left!)} and ${showShape(right!)}`;
  throw new ShapeError(op, 'columns of the left operand are cut like rows of the right one', found, 'correct the fold');
}

/**
 * A x: the train with modes m_k for A with cores [r, m_k, n_k, s] and x with modes n_k, axes cut as those of x. Throws
 * ShapeError unless A is a TT-matrix whose columns are cut like the modes of x.
 */
export function matvec(A: Factored, x: Factored): Factored {
  const operator = operatorOf('matvec', A);
  const modes = modesByCore('matvec', x);
  const train = trainOf('matvec', x);
  if (modes.some((own) => own.length !== 1)) {
    throw new ShapeError('matvec', 'the right operand is a tensor train', x.format, 'multiply matrices with matmat()');
  }
  refuseInner('matvec', operator.columns, modes.flat());
  const cores = scope(() =>
    train.cores.map((core, k) => merged(einsum('rmns,unt->rumst', operator.cores[k]!, core), [2, 1, 2])),
  );
  const result = new Map(modes.map((own, k) => [own[0]!.label, operator.rows[k]!]));
  const axes = modesByAxis(x).map((axis) => axis.map(({ label }) => result.get(label)!));
  return layTrain(
    cores,
    operator.rows.map((mode) => [mode]),
    axes,
  );
}

/** A B for two TT-matrices. Throws ShapeError unless the columns of A are cut like the rows of B. */
export function matmat(A: Factored, B: Factored): Factored {
  const [left, right] = [operatorOf('matmat', A), operatorOf('matmat', B)];
  refuseInner('matmat', left.columns, right.rows);
  const cores = scope(() =>
    left.cores.map((core, k) => merged(einsum('rmns,unlt->rumlst', core, right.cores[k]!), [2, 2, 2])),
  );
  return layMatrix(cores, left.rows, right.columns);
}

/** The transpose of a TT-matrix. Throws ShapeError for others. */
export function transpose(A: Factored): Factored {
  const { cores, rows, columns } = operatorOf('transpose', A);
  const turned = scope(() => cores.map((core) => merged(permuted(core, [0, 2, 1, 3]), [1, 2, 1])));
  return layMatrix(turned, columns, rows);
}

function layMatrix(cores: readonly Tensor[], rows: readonly Mode[], columns: readonly Mode[]): Factored {
  // Both operands of a product may use the same labels.
  const [first, second] = [renamed(rows, 'row'), renamed(columns, 'column')];
  const modes = first.map((row, k) => [row, second[k]!]);
  return layTrain(cores, modes, [first, second]);
}

const renamed = (modes: readonly Mode[], name: string): Mode[] =>
  modes.map(({ size }, k) => ({ label: `${name}${k}`, size }));

/** x with runs of modes merged, `counts` of them one behind the other. */
function merged(x: Tensor, counts: readonly number[]): Tensor {
  let from = 0;
  const shape = counts.map((count) => x.shape.slice(from, (from += count)).reduce((n, m) => n * m, 1));
  return reshape(x, shape);
}

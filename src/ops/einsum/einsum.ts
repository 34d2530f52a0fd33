/** Contraction of any number of tensors by labels, two at a time in the planned order. */

import { ShapeError } from '../../errors.ts';
import type { Shape } from '../../shape.ts';
import { inScope, recordingDepth, release, scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { sum } from '../reduce.ts';
import { squeeze } from '../reshape.ts';
import { transpose } from '../transpose.ts';
import { diagonal } from './diagonal.ts';
import { type Pairing, pair, pairing } from './pair.ts';
import { type Labelled, parse, sizesOf } from './parse.ts';
import { type Path, type Plan, plan } from './path.ts';

/** A tensor and a label for each of its modes. */
export interface Operand {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/**
 * Contraction in Einstein's notation: einsum('ij,jk->ik', a, b). Labels that the result lacks are summed over, labels
 * that occur in several operands run together, a label repeated within an operand takes its diagonal. Without '->' the
 * result has the labels that occur once, in alphabetical order; '...' stands for leading modes, which broadcast.
 * Throws ShapeError where labels and shapes do not fit, DtypeError for mixed or integer operands.
 */
export function einsum(spec: string, ...operands: Tensor[]): Tensor {
  const key = keyOf(`text ${spec}`, operands);
  const known = programs.get(key);
  return run(known ?? remember(key, compileText('einsum', spec, operands.map(shapeOf))), operands);
}

/** As einsum, with any strings for labels: each operand brings its own, `output` names those of the result in order. */
export function contract(operands: readonly Operand[], output: readonly string[]): Tensor {
  const xs = operands.map(({ x }) => x);
  const inputs = operands.map(({ labels }) => labels);
  const key = keyOf(`labels ${inputs.map((labels) => labels.join('\0')).join('\n')}\n\n${output.join('\0')}`, xs);
  const known = programs.get(key);
  return run(known ?? remember(key, compile('contract', { inputs, output }, xs.map(shapeOf))), xs);
}

/** The order of contraction that einsum takes for operands of the given shapes, and its cost. */
export function einsumPath(spec: string, ...shapes: Shape[]): Path {
  return compileText('einsumPath', spec, shapes).path;
}

/** As einsumPath, for labels that are any strings. */
export function contractPath(
  inputs: readonly (readonly string[])[],
  output: readonly string[],
  shapes: readonly Shape[],
): Path {
  return compile('contractPath', { inputs, output }, shapes).path;
}

/** What is done with an operand before it meets others. */
interface Preparation {
  /** Pairs of modes that run together, one after the other. */
  readonly diagonals: readonly (readonly [number, number])[];
  /** Modes that are summed over. */
  readonly sums: readonly number[];
  /** Modes of size 1 that are dropped, after the sums. */
  readonly drops: readonly number[];
  /** The order of the modes that are left, where it changes. */
  readonly order: readonly number[] | null;
}

interface Program {
  readonly preparations: readonly Preparation[];
  readonly steps: readonly { readonly i: number; readonly j: number; readonly labels: Pairing }[];
  readonly path: Path;
}

/** Programs remembered: networks whose ranks change leave their old ones behind. */
const PROGRAMS = 512;
const programs = new Map<string, Program>();

function remember(key: string, program: Program): Program {
  if (programs.size === PROGRAMS) programs.delete(programs.keys().next().value!);
  programs.set(key, program);
  return program;
}

function shapeOf(x: Tensor): Shape {
  return x.shape;
}

function keyOf(names: string, operands: readonly Tensor[]): string {
  let key = names;
  for (const { shape } of operands) key += `|${shape.join()}`;
  return key;
}

function compileText(op: string, spec: string, shapes: readonly Shape[]): Program {
  return compile(op, parse(op, spec, shapes), shapes);
}

function compile(op: string, names: Labelled, shapes: readonly Shape[]): Program {
  if (shapes.length === 0) {
    throw new ShapeError(op, 'there is an operand', 'none', 'pass at least one tensor');
  }
  const sizes = sizesOf(op, names, shapes);
  const prepared = names.inputs.map((labels, k) => prepare(names, k, labels, shapes[k]));
  const inputs = prepared.map(({ labels }) => labels);
  const left = new Map([...sizes].filter(([label]) => inputs.some((input) => input.includes(label))));
  const { steps, path }: Plan = plan({ inputs, output: names.output }, left);
  const labels = [...inputs, ...steps.map((step) => step.labels)];
  return {
    preparations: prepared.map(({ preparation }) => preparation),
    steps: steps.map(({ pair: [i, j], labels: result }) => ({ i, j, labels: pairing(labels[i], labels[j], result) })),
    path,
  };
}

function prepare(
  { inputs, output }: Labelled,
  k: number,
  given: readonly string[],
  shape: Shape,
): { readonly labels: readonly string[]; readonly preparation: Preparation } {
  const labels = [...given];
  const sizes = [...shape];
  const diagonals: [number, number][] = [];
  for (let axis = labels.length - 1; axis > 0; axis--) {
    const first = labels.indexOf(labels[axis]);
    if (first === axis) continue;
    diagonals.push([first, axis]);
    labels.splice(axis, 1);
    sizes.splice(axis, 1);
  }
  const alone = (label: string): boolean =>
    !output.includes(label) && inputs.every((other, at) => at === k || !other.includes(label));
  const where = (names: readonly string[], is: (axis: number) => boolean): number[] =>
    names.map((_, axis) => axis).filter(is);
  const sums = where(labels, (axis) => alone(labels[axis]) && sizes[axis] !== 1);
  const summed = labels.filter((_, axis) => !sums.includes(axis));
  const drops = where(summed, (axis) => alone(summed[axis]));
  const left = summed.filter((label) => !alone(label));
  // Operands that meet others need no order; a single one takes that of the result.
  const order = inputs.length === 1 ? output.map((label) => left.indexOf(label)) : null;
  return { labels: left, preparation: { diagonals, sums, drops, order } };
}

function run(program: Program, operands: readonly Tensor[]): Tensor {
  return inScope() ? runInScope(program, operands) : scope(() => runInScope(program, operands));
}

function runInScope({ preparations, steps }: Program, operands: readonly Tensor[]): Tensor {
  const values = operands.map((x, k) => prepared(x, preparations[k]));
  for (const { i, j, labels } of steps) {
    values.push(pair(values[i], values[j], labels));
    if (recordingDepth() > 0) continue;
    for (const at of [i, j]) if (at >= operands.length) release(values[at].storage);
  }
  return values[values.length - 1];
}

function prepared(x: Tensor, { diagonals, sums, drops, order }: Preparation): Tensor {
  let y = x;
  for (const [first, second] of diagonals) y = diagonal(y, first, second);
  if (sums.length > 0) y = sum(y, sums);
  if (drops.length > 0) y = squeeze(y, drops);
  return order === null ? y : transpose(y, order);
}

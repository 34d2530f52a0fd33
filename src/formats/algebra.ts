/**
 * Algebra of low-rank tensors that any network shares: the full tensor, inner products, sums by superdiagonal blocks,
 * entrywise products by Kronecker products of the bonds. Every result is differentiable.
 */

import { ShapeError } from '../errors.ts';
import { add as addDense, mul } from '../ops/binary.ts';
import { contract, type Operand as Labelled } from '../ops/einsum/einsum.ts';
import { pad } from '../ops/pad.ts';
import { reshape } from '../ops/reshape.ts';
import { sqrt } from '../ops/unary.ts';
import { sameShape, showShape } from '../shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Factored, modesOf, sizesOf } from './network.ts';
import { Sum, type Weight } from './weight.ts';

/** The parts with their labels; `rename` keeps the bonds of two networks apart. */
export function labelled(x: Factored, rename: (bond: string) => string = (bond) => bond): Labelled[] {
  return Object.entries(x.net.parts).map(([name, labels]) => ({
    x: x.parts[name]!,
    labels: labels.map((label) => (x.net.open.includes(label) ? label : rename(label))),
  }));
}

/** The dense tensor, shaped by the weight's axes. */
export function full(w: Weight): Tensor {
  if (w instanceof Sum)
    return Object.values(w.terms)
      .map(full)
      .reduce((a, b) => addDense(a, b));
  if (!(w instanceof Factored)) return w;
  const modes = w.axes.flat().map((k) => w.net.open[k]!);
  return reshape(contract(labelled(w), modes), w.shape);
}

/** Throws ShapeError unless two low-rank tensors have the same modes. */
function checkModes(op: string, a: Factored, b: Factored): void {
  if (sameShape(modesOf(a), modesOf(b))) return;
  const got = `${showShape(modesOf(a))} and ${showShape(modesOf(b))}`;
  throw new ShapeError(op, 'operands have the same modes', got, 'lay both over the same fold');
}

function checkNetworks(op: string, a: Factored, b: Factored): void {
  checkModes(op, a, b);
  if (JSON.stringify(a.net) === JSON.stringify(b.net)) return;
  throw new ShapeError(op, 'operands have the same network', `${a.format} and ${b.format}`, 'convert one of them');
}

/** The sum over all entries of a times b, as a tensor of order 0. The formats may differ, the modes may not. */
export function inner(a: Factored, b: Factored): Tensor {
  checkModes('inner', a, b);
  const modes = new Map(b.net.open.map((label, k) => [label, a.net.open[k]!]));
  const other = Object.entries(b.net.parts).map(([name, labels]) => ({
    x: b.parts[name]!,
    labels: labels.map((label) => modes.get(label) ?? `b:${label}`),
  }));
  return contract([...labelled(a, (bond) => `a:${bond}`), ...other], []);
}

/** Frobenius norm through inner(x, x): relative errors below the root of the rounding unit drown in cancellation. */
export function norm(x: Factored): Tensor {
  return sqrt(inner(x, x));
}

/** x times a number, or times a tensor of order 0. The first part carries it. */
export function scale(x: Factored, factor: number | Tensor): Factored {
  const first = Object.keys(x.net.parts)[0]!;
  return new Factored(x.format, x.net, x.axes, { ...x.parts, [first]: mul(x.parts[first]!, factor) });
}

/** a + b in the same network: the parts become superdiagonal blocks over their bonds, so ranks add. */
export function add(a: Factored, b: Factored): Factored {
  checkNetworks('add', a, b);
  const left = sizesOf(a);
  const right = sizesOf(b);
  const isOpen = (label: string): boolean => a.net.open.includes(label);
  const entries = Object.entries(a.net.parts).map(([name, labels]): [string, Tensor] => {
    const ahead = labels.map((l): [number, number] => (isOpen(l) ? [0, 0] : [0, right[l]!]));
    const behind = labels.map((l): [number, number] => (isOpen(l) ? [0, 0] : [left[l]!, 0]));
    return [name, addDense(pad(a.parts[name]!, ahead), pad(b.parts[name]!, behind))];
  });
  return new Factored(a.format, a.net, a.axes, Object.fromEntries(entries));
}

/** The entrywise product in the same network: parts multiply mode by mode, so ranks multiply. */
export function hadamard(a: Factored, b: Factored): Factored {
  checkNetworks('hadamard', a, b);
  const left = sizesOf(a);
  const right = sizesOf(b);
  const isOpen = (label: string): boolean => a.net.open.includes(label);
  const entries = Object.entries(a.net.parts).map(([name, labels]): [string, Tensor] => {
    const of = (side: string) => (l: string) => (isOpen(l) ? l : `${side}:${l}`);
    const out = labels.flatMap((l) => (isOpen(l) ? [l] : [`a:${l}`, `b:${l}`]));
    const product = contract(
      [
        { x: a.parts[name]!, labels: labels.map(of('a')) },
        { x: b.parts[name]!, labels: labels.map(of('b')) },
      ],
      out,
    );
    const shape = labels.map((l) => (isOpen(l) ? left[l]! : left[l]! * right[l]!));
    return [name, reshape(product, shape)];
  });
  return new Factored(a.format, a.net, a.axes, Object.fromEntries(entries));
}

/**
 * A low-rank tensor seen as a train: cores [r, n, s] one behind the other, neighbours sharing a rank, the outermost ranks
 * 1, the open modes of a core merged to n. So are tensor trains, TT-matrices and pairs of factors, whatever their labels.
 */

import { isReal, sameDtype, type Real } from '../dtype.ts';
import { DtypeError, ShapeError } from '../errors.ts';
import { type Axes, Factored, type Network, sizesOf } from '../formats/network.ts';
import { reshape } from '../ops/reshape.ts';
import { showShape, sizeOf } from '../shape.ts';
import { Tensor } from '../tensor/tensor.ts';

export interface Train {
  /** Cores [r, n, s] in the order of the chain. */
  readonly cores: readonly Tensor[];
  readonly dtype: Real;
}

/** The open labels of each core, in the order of the chain. Throws ShapeError where the network is no chain. */
export function openLabels(op: string, x: Factored): string[][] {
  if (!(x instanceof Factored)) {
    const got = (x as unknown) instanceof Tensor ? `a dense tensor ${showShape((x as Tensor).shape)}` : typeof x;
    throw new ShapeError(op, 'operands are trains', got, 'make one with tt.decompose()');
  }
  const parts = Object.entries(x.net.parts);
  const isOpen = (label: string): boolean => x.net.open.includes(label);
  return parts.map(([name, labels], k) => {
    const [first, last] = [labels[0]!, labels.at(-1)!];
    const before = k > 0 && !isOpen(first) && parts[k - 1]![1].at(-1) === first;
    const behind = k < parts.length - 1 && !isOpen(last) && parts[k + 1]![1][0] === last;
    const inner = labels.slice(k > 0 ? 1 : 0, k < parts.length - 1 ? -1 : undefined);
    if ((k === 0 || before) && (k === parts.length - 1 || behind) && inner.every(isOpen)) return inner;
    const got = `${x.format} with part ${name} [${labels.join(', ')}]`;
    throw new ShapeError(op, 'a train is a chain of cores, each joined to the next by one bond', got, 'convert it');
  });
}

/** The cores of x as [r, n, s]. Throws ShapeError where its network is no chain, DtypeError for integer or mixed parts. */
export function trainOf(op: string, x: Factored): Train {
  const open = openLabels(op, x);
  const parts = Object.values(x.parts);
  const dtype = sameDtype(op, parts);
  if (!isReal(dtype)) throw new DtypeError(op, 'cores are f32 or f64', dtype, 'cast them');
  const last = parts.length - 1;
  const cores = parts.map((part, k) => {
    const r = k > 0 ? part.shape[0]! : 1;
    const s = k < last ? part.shape.at(-1)! : 1;
    const first = k > 0 ? 1 : 0;
    return reshape(part, [r, sizeOf(part.shape.slice(first, first + open[k]!.length)), s]);
  });
  return { cores, dtype };
}

/** A low-rank tensor of the network of `like`, whose open modes it keeps, over cores [r, n, s]. */
export function withCores(like: Factored, cores: readonly Tensor[]): Factored {
  const sizes = sizesOf(like);
  const last = cores.length - 1;
  const parts = Object.entries(like.net.parts).map(([name, labels], k): [string, Tensor] => {
    const [r, , s] = cores[k]!.shape;
    const shape = labels.map((label, at) => {
      if (at === 0 && k > 0) return r!;
      return at === labels.length - 1 && k < last ? s! : sizes[label]!;
    });
    return [name, reshape(cores[k]!, shape)];
  });
  return new Factored(like.format, like.net, like.axes, Object.fromEntries(parts));
}

/** An open mode of a train: its label and its length. */
export interface Mode {
  readonly label: string;
  readonly size: number;
}

/**
 * A train laid anew: the cores [r, n, s] with the modes that make up n, and the modes of each axis by the same labels,
 * which are then named as the formats do. It is a TT-matrix where every core has two modes, else a tensor train.
 */
export function layTrain(
  cores: readonly Tensor[],
  modes: readonly (readonly Mode[])[],
  axes: readonly (readonly Mode[])[],
): Factored {
  const last = cores.length - 1;
  const isMatrix = modes.every((own) => own.length === 2);
  const columns = new Set(isMatrix ? modes.map((own) => own[1]!.label) : []);
  const names = new Map<string, string>();
  for (const { label } of axes.flat()) {
    const isColumn = columns.has(label);
    const before = [...names.keys()].filter((other) => columns.has(other) === isColumn).length;
    names.set(label, `${isColumn ? 'i' : 'o'}${before}`);
  }
  const labelled = modes.map((own, k) => [
    ...(k > 0 ? [`r${k}`] : []),
    ...own.map(({ label }) => names.get(label)!),
    ...(k < last ? [`r${k + 1}`] : []),
  ]);
  const open = [...names.values()];
  const net: Network = { open, parts: Object.fromEntries(labelled.map((labels, k) => [`core${k}`, labels])) };
  const places: Axes = axes.map((own) => own.map(({ label }) => open.indexOf(names.get(label)!)));
  const shaped = cores.map((core, k): [string, Tensor] => {
    const [r, , s] = core.shape;
    const sizes = modes[k]!.map(({ size }) => size);
    return [`core${k}`, reshape(core, [...(k > 0 ? [r!] : []), ...sizes, ...(k < last ? [s!] : [])])];
  });
  return new Factored(isMatrix ? 'ttMatrix' : 'tt', net, places, Object.fromEntries(shaped));
}

/** The modes of each core, in the order of the chain. */
export function modesByCore(op: string, x: Factored): Mode[][] {
  const sizes = sizesOf(x);
  return openLabels(op, x).map((labels) => labels.map((label) => ({ label, size: sizes[label]! })));
}

/** The modes of each axis. */
export function modesByAxis(x: Factored): Mode[][] {
  const sizes = sizesOf(x);
  return x.axes.map((axis) => axis.map((k) => ({ label: x.net.open[k]!, size: sizes[x.net.open[k]!]! })));
}

/** Ranks between the cores, outermost ones included: r_0 = 1, ..., r_d = 1. */
export function ranksOfTrain(cores: readonly Tensor[]): number[] {
  return [1, ...cores.map((core) => core.shape[2]!)];
}

/** The cores of two trains of one layout. Throws ShapeError where their modes differ, DtypeError where dtypes do. */
export function twoTrains(op: string, a: Factored, b: Factored): [Train, Train] {
  const [left, right] = [trainOf(op, a), trainOf(op, b)];
  if (placesOf(op, a) !== placesOf(op, b)) {
    const show = (x: Factored): string =>
      modesByCore(op, x)
        .map((own) => own.map(({ size }) => size).join('x'))
        .join(' ');
    const got = `cores ${show(a)} and ${show(b)} of ${showShape(a.shape)} and ${showShape(b.shape)}`;
    throw new ShapeError(op, 'operands have the same modes', got, 'lay both over the same fold');
  }
  sameDtype(op, [left.cores[0]!, right.cores[0]!]);
  return [left, right];
}

/** Size, axis and place in it of every mode, core by core. */
function placesOf(op: string, x: Factored): string {
  const places = new Map(x.axes.flatMap((axis, a) => axis.map((k, at) => [x.net.open[k]!, `${a}.${at}`] as const)));
  return modesByCore(op, x)
    .map((own) => own.map(({ label, size }) => `${size}@${places.get(label)}`).join(' '))
    .join('\n');
}

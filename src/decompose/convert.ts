/**
 * Low-rank tensors in other formats. What becomes a tree is embedded in it and rounded, from any network and without the
 * dense tensor: CP, trains, Tucker, rings, hierarchical ones, pairs of factors, and networks of the user. The rest is
 * decomposed anew from the dense tensor, if the caller says so.
 */

import type { Real } from '../dtype.ts';
import { RankError } from '../errors.ts';
import { full, labelled } from '../formats/algebra.ts';
import { formatNamed } from '../formats/all.ts';
import type { Format, Layout, Role } from '../formats/format.ts';
import { bondsOf, Factored, modesOf, type Network } from '../formats/network.ts';
import type { RankRequest } from '../formats/rank.ts';
import { type RoundOptions, rounded } from '../formats/round.ts';
import { tensorRing } from '../formats/tensorRing.ts';
import { isTree, treeOf } from '../formats/treeNetwork.ts';
import { tt } from '../formats/tt.ts';
import type { Operand } from '../ops/einsum/einsum.ts';
import { reshape } from '../ops/reshape.ts';
import { sizeOf } from '../shape.ts';
import { scope, unrecorded } from '../tensor/scope.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { decompositionOf } from './all.ts';
import { Decomposed } from './decomposed.ts';
import { checkRoles, units } from './dense.ts';
import { embedding } from './embed.ts';

export interface ConvertOptions extends Omit<RoundOptions, 'center'> {
  /** What the axes are for, to formats that tell rows from columns. Default: as x has it, else the first axis is rows. */
  readonly roles?: readonly Role[];
  /** Allows the full tensor to be formed, where the format or the ranks leave no other way. Default false. */
  readonly dense?: boolean;
  /** Ranks of a decomposition of the full tensor. */
  readonly rank?: RankRequest;
}

const OP = 'convert';
/** Rounding units an error of rounding may have for each part where nothing else was asked for. */
const NEARLY_EXACT = 4;
/** Parts of so many elements are made whatever the size of the full tensor. */
const SMALL = 65536;
/** No part is larger. */
const MOST = 67108864;

/**
 * x in the format of a name, over the same modes: to rounding, or within `eps`, `atol` and `maxRank` as in round().
 * `report.error` is the relative error of the rounding. Throws RankError where only the full tensor would do and `dense` is
 * not set, ShapeError where the format does not fit the modes.
 */
export function convert(x: Factored, format: string, options: ConvertOptions = {}): Decomposed {
  const target = formatNamed(format);
  return unrecorded(() => scope(() => convertIn(x, target, options)));
}

function convertIn(x: Factored, target: Format, options: ConvertOptions): Decomposed {
  const layout = layoutLike(x, target, options.roles);
  const isRing = target.name === tensorRing.name && bondsOf(layout.net).length > 1;
  const isSame = target.name === x.format && JSON.stringify(layout.net) === JSON.stringify(x.net);
  if (isSame && isExact(options)) return new Decomposed(x, { error: 0 });
  const tree = isRing ? layoutLike(x, tt, options.roles) : layout;
  if (target.name !== 'dense' && isTree(tree.net)) {
    const found = onTree(x, isRing ? tt.name : target.name, tree, options);
    if (found !== undefined) return isRing ? closed(found, layout) : found;
  }
  if (options.dense !== true) {
    const got = `${x.format} of ${sizeOf(x.shape)} entries`;
    throw new RankError(
      OP,
      `to ${target.name} the way is over the full tensor`,
      got,
      'round x first, or set dense: true',
    );
  }
  const { eps, rank } = options;
  const cut = rank !== undefined ? { rank } : { eps: eps ?? nearly(x) };
  return decompositionOf(target.name)(full(x), { ...cut, fold: foldOf(x), roles: rolesOf(x, target, options.roles) });
}

const dtypeOf = (x: Factored): Real => Object.values(x.parts)[0]!.dtype as Real;
const nearly = (x: Factored): number => NEARLY_EXACT * units[dtypeOf(x)] * Object.keys(x.parts).length;

/** Mode sizes of every axis. */
function foldOf(x: Factored): number[][] {
  const sizes = modesOf(x);
  return x.axes.map((own) => own.map((k) => sizes[k]!));
}

/** Roles as the labels of x tell them, where they do. */
function rolesOf(x: Factored, target: Format, given: readonly Role[] | undefined): Role[] {
  if (given !== undefined) {
    checkRoles(OP, x.shape, given);
    return [...given];
  }
  const letters: Readonly<Record<string, Role>> = { o: 'out', i: 'in', w: 'window' };
  const known = x.axes.map(([mode]) => {
    const label = mode === undefined ? '' : x.net.open[mode]!;
    return /^[oiw]\d+$/.test(label) ? letters[label[0]!]! : 'out';
  });
  const needsColumns = target.name === 'lowRank' || target.name === 'ttMatrix';
  if (!needsColumns || known.some((role) => role !== 'out')) return known;
  return known.map((_, k) => (k === 0 ? 'out' : 'in'));
}

function layoutLike(x: Factored, target: Format, roles: readonly Role[] | undefined): Layout {
  const sizes = x.shape;
  const axes = rolesOf(x, target, roles).map((role, k) => ({ size: sizes[k]!, role }));
  return target.layout(axes, { fold: foldOf(x) });
}

/** x embedded in the network of a layout and rounded; undefined where that would take parts like the full tensor. */
function onTree(x: Factored, format: string, layout: Layout, options: ConvertOptions): Decomposed | undefined {
  const { net, parts } = apart(x, layout);
  const { largest, make } = embedding(parts, net, treeOf(OP, { format, net }));
  if (largest > Math.max(SMALL, Math.min(MOST, sizeOf(x.shape) / 2))) return undefined;
  const made = new Factored(format, net, [net.open.map((_, k) => k)], make());
  const { eps, atol, maxRank } = options;
  const cut = rounded(made, isExact(options) ? { eps: nearly(made) } : definedOf({ eps, atol, maxRank }));
  const merged = Object.entries(layout.net.parts).map(([name, labels]): [string, Tensor] => {
    const part = cut.x.parts[name]!;
    const own = net.parts[name]!;
    const shape = labels.map((label) => layout.modes[label] ?? part.shape[own.indexOf(label)]!);
    return [name, reshape(part, shape)];
  });
  const error = cut.norm === 0 ? 0 : cut.error / cut.norm;
  return new Decomposed(new Factored(format, layout.net, layout.axes, Object.fromEntries(merged)), { error });
}

/** Whether nothing may be lost but rounding. */
function isExact({ eps, atol, maxRank }: ConvertOptions): boolean {
  return eps === undefined && atol === undefined && maxRank === undefined;
}

function definedOf(options: { [K in 'eps' | 'atol' | 'maxRank']: RoundOptions[K] | undefined }): RoundOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** The network of a layout over the modes of x, where it has merged them, and the parts of x by those labels. */
function apart(x: Factored, { net, axes }: Layout): { net: Network; parts: Operand[] } {
  const names = new Map<string, string[]>();
  const own = new Map<string, string>();
  axes.forEach((modes, axis) => {
    const source = x.axes[axis]!;
    const isSame = modes.length === source.length;
    modes.forEach((k, at) => {
      const label = net.open[k]!;
      const fine = isSame ? [label] : source.map((_, j) => `${label}.${j}`);
      names.set(label, fine);
      (isSame ? [source[at]!] : source).forEach((mode, j) => own.set(x.net.open[mode]!, fine[j]!));
    });
  });
  const spread = (labels: readonly string[]): string[] => labels.flatMap((label) => names.get(label) ?? [label]);
  const parts = labelled(x).map(({ x: part, labels }) => ({
    x: part,
    labels: labels.map((label) => own.get(label) ?? `s:${label}`),
  }));
  const fine = Object.entries(net.parts).map(([name, labels]) => [name, spread(labels)]);
  return { net: { open: spread(net.open), parts: Object.fromEntries(fine) }, parts };
}

/** A train as a ring whose closing bond has length 1. */
function closed(x: Decomposed, layout: Layout): Decomposed {
  const parts = Object.values(x.parts);
  const names = Object.keys(layout.net.parts);
  const cores = parts.map((core, k): [string, Tensor] => {
    const shape = [...(k === 0 ? [1] : []), ...core.shape, ...(k === parts.length - 1 ? [1] : [])];
    return [names[k]!, reshape(core, shape)];
  });
  return new Decomposed(new Factored(tensorRing.name, layout.net, layout.axes, Object.fromEntries(cores)), x.report);
}

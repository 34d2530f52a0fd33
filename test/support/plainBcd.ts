/** The objective of block coordinate descent in plain double precision: what blocks are held against. */

import { full } from '../../src/formats/algebra.ts';
import { Factored } from '../../src/formats/network.ts';
import { erf, exp, tanh } from '../../src/math.ts';
import type { Activation } from '../../src/methods/tenbcd/chain.ts';
import type { Net } from '../../src/methods/tenbcd/net.ts';
import { cast } from '../../src/ops/cast.ts';
import { dataSync } from '../../src/tensor/read.ts';
import { tensor } from '../../src/tensor/create.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

export interface PlainLayer {
  readonly activation: Activation;
  readonly skip?: number;
  readonly shape: readonly [out: number, inputs: number];
  readonly isLowRank: boolean;
  /** The trained node, for its network. */
  readonly node: Tensor | Factored;
  /** Variables by name: U, V, W, b, and those of the parts. */
  readonly variables: Map<string, Float64Array>;
}

export interface PlainNet extends Pick<Net, 'gamma' | 'rho' | 'tau' | 'fit' | 'count'> {
  readonly X: Float64Array;
  readonly Y: Float64Array;
  readonly layers: readonly PlainLayer[];
}

/** Chunks behind one another. */
const joined = (chunks: readonly Tensor[]): Float64Array => Float64Array.from(chunks.flatMap((x) => [...dataSync(x)]));

/** A copy of all variables of a net; frozen terms are left to those who have none. */
export function plainOf(net: Net): PlainNet {
  const { gamma, rho, tau, fit, count, rows, task, targets } = net;
  const layers = net.layers.map(({ link, U, V, W, node, bias }): PlainLayer => {
    const variables = new Map([
      ['U', joined(U)],
      ['V', joined(V)],
      ['W', joined([W])],
    ]);
    if (bias !== null) variables.set('b', joined([bias]));
    if (node instanceof Factored) {
      for (const [name, part] of Object.entries(node.parts)) variables.set(`part ${name}`, joined([part]));
    }
    const { activation, skip } = link;
    const shape = W.shape as unknown as [number, number];
    return {
      activation,
      ...(skip === undefined ? {} : { skip }),
      shape,
      isLowRank: node instanceof Factored,
      node,
      variables,
    };
  });
  const X = joined([...task.data(rows)].map(({ x }) => x));
  return { gamma, rho, tau, fit, count, X, Y: joined(targets), layers };
}

export const plainActivations: Readonly<Record<Activation, (u: number) => number>> = {
  identity: (u) => u,
  relu: (u) => Math.max(0, u),
  hardTanh: (u) => Math.max(-1, Math.min(1, u)),
  hardSigmoid: (u) => 0.25 * Math.max(-2, Math.min(2, u)) + 0.5,
  tanh,
  sigmoid: (u) => 1 / (1 + exp(-u)),
  gelu: (u) => (u * (1 + erf(u * Math.SQRT1_2))) / 2,
};

/** The dense tensor of a layer's parts. */
function compressedOf({ node, variables }: PlainLayer): Float64Array {
  const { format, net, axes, parts } = node as Factored;
  const wide = Object.entries(parts).map(([name, part]) => [name, tensor(variables.get(`part ${name}`)!, part.shape)]);
  return dataSync(cast(full(new Factored(format, net, axes, Object.fromEntries(wide))), 'f64')) as Float64Array;
}

export function plainObjective(net: PlainNet): number {
  const { gamma, rho, tau, fit, count, X, Y, layers } = net;
  let total = 0;
  layers.forEach((layer, k) => {
    const [out, inputs] = layer.shape;
    const [U, V, W] = ['U', 'V', 'W'].map((name) => layer.variables.get(name)!) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const b = layer.variables.get('b');
    const before = k === 0 ? X : layers[k - 1]!.variables.get('V')!;
    const { skip } = layer;
    const shortcut = skip === undefined ? undefined : skip < 0 ? X : layers[skip]!.variables.get('V')!;
    const activation = plainActivations[layer.activation];
    for (let n = 0; n < count; n++) {
      for (let i = 0; i < out; i++) {
        let sum = b?.[i] ?? 0;
        for (let j = 0; j < inputs; j++) sum += W[i * inputs + j]! * before[n * inputs + j]!;
        const at = n * out + i;
        total += (rho / 2) * (U[at]! - sum) ** 2;
        total += (gamma / 2) * (V[at]! - activation(U[at]!) - (shortcut?.[at] ?? 0)) ** 2;
      }
    }
    if (layer.isLowRank) {
      const T = compressedOf(layer);
      for (let k = 0; k < T.length; k++) total += (tau / 2) * (W[k]! - T[k]!) ** 2;
    }
  });
  return total + fit.value(layers.at(-1)!.variables.get('V')!, Y, layers.at(-1)!.shape[0]);
}

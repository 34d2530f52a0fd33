/**
 * What holds for every layer with weights: with a low-rank weight it gives what it gives with the full weight, values and
 * gradients at the input and at every part, in every format; its output has the shape it promises; its parameters are those it counts.
 */

import { formats } from '../../src/formats/all.ts';
import { full } from '../../src/formats/algebra.ts';
import { randomFactored } from '../../src/formats/init.ts';
import type { MakeWeight } from '../../src/formats/make.ts';
import { Factored } from '../../src/formats/network.ts';
import { resolveRanks } from '../../src/formats/rank.ts';
import type { Context, Module, Params } from '../../src/nn/module.ts';
import { vjp } from '../../src/ops/grad.ts';
import { key } from '../../src/random.ts';
import { tensor } from '../../src/tensor/create.ts';
import { dataSync } from '../../src/tensor/read.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { isBranching, leavesOf, mapTree, type Tree, withLeaves } from '../../src/tree.ts';
import { assert, suite } from '../support/test.ts';
import { difference, noise } from './format.ts';

export interface LayerLaw {
  readonly name: string;
  /** The layer, with its weights from `weight`. */
  readonly build: (weight: MakeWeight) => Module;
  /** The shape of one input. */
  readonly input: readonly number[];
  /** Inputs that are indices below this; default real numbers. */
  readonly indices?: number;
  /** Formats that this layer cannot have. */
  readonly except?: readonly string[];
}

const context = (training: boolean): Context => ({ training, key: key(5), path: '', updates: new Map() });

/** Every low-rank weight of a tree replaced by its full tensor. */
function dense(params: unknown): unknown {
  if (params instanceof Factored) return full(params);
  if (typeof params !== 'object' || params === null || 'storage' in params || isBranching(params)) return params;
  return Object.fromEntries(Object.entries(params).map(([name, child]) => [name, dense(child)]));
}

/** Low-rank weights of rank 2 in f64. */
function maker(format: (typeof formats)[number]): MakeWeight {
  return ({ axes, std, key: seed }) => {
    const layout = format.layout(axes);
    return randomFactored(format.name, layout, resolveRanks(format, layout, 2), { std, key: seed, dtype: 'f64' });
  };
}

function inDouble(params: Params): Params {
  return mapTree<Tensor, Tensor, Params>(params, (leaf) =>
    leaf.dtype === 'f32' ? tensor(Float64Array.from(dataSync(leaf)), leaf.shape) : leaf,
  );
}

export function layerLaws({ name, build, input, indices, except = [] }: LayerLaw): void {
  const test = suite(`layer ${name}`);
  const batch = 3;
  const shape = [batch, ...input];
  const x =
    indices === undefined
      ? noise(shape, 3)
      : tensor(
          Int32Array.from(dataSync(noise(shape, 3)), (v) => Math.floor(((v + 1) / 2) * indices)),
          shape,
        );

  for (const format of formats.filter((f) => !except.includes(f.name))) {
    test(`with ${format.name} weights equals the layer with full weights`, () => {
      const module = build(maker(format));
      const params = inDouble(module.init(key(1), name));
      const plain = dense(params) as Params;
      const y = module.apply(params, x, context(false));
      assert.equal(y.shape.slice(1), module.outputShape(input));
      assert.ok(difference(y, module.apply(plain, x, context(false))) < 1e-11);
      const rows = module.profile(params, input, name);
      const counted = rows.reduce((n, row) => n + row.parameters, 0);
      const stored = [...leavesOf<Tensor>(params as Tree<Tensor>).values()].reduce((n, leaf) => n + leaf.size, 0);
      assert.is(counted, stored);
      const g = noise(y.shape, 4);
      const leaves = leavesOf<Tensor>(params as Tree<Tensor>);
      const atParts = (seen: (p: Params) => Params): readonly Tensor[] => {
        const through = (...parts: Tensor[]): Tensor => {
          const at = new Map([...leaves.keys()].map((path, k) => [path, parts[k]!]));
          return module.apply(seen(withLeaves<Tensor, Params>(params, at)), x, context(false));
        };
        return vjp(through, [...leaves.values()], g).gradients;
      };
      // Some are zero but for rounding: that of the keys' bias, which softmax does not see.
      const [got, want] = [atParts((p) => p), atParts((p) => dense(p) as Params)].map((all) =>
        all.map((t) => dataSync(t)),
      );
      const scale = Math.max(...want!.flatMap((values) => [...values]).map(Math.abs));
      const paths = [...leaves.keys()];
      got!.forEach((values, k) => {
        const close = values.every((v: number, i: number) => Math.abs(v - want![k]![i]!) < 1e-11 * scale);
        assert.ok(close, `gradient of ${paths[k]}`);
      });
      if (indices !== undefined) return;
      const [low] = vjp((v) => module.apply(params, v, context(false)), [x], g).gradients;
      const [whole] = vjp((v) => module.apply(plain, v, context(false)), [x], g).gradients;
      assert.ok(difference(low!, whole!) < 1e-10);
    });
  }

  test('refuses inputs that do not fit', () => {
    const module = build(maker(formats[0]!));
    const params = inDouble(module.init(key(1), name));
    if (indices === undefined) {
      assert.throws(() => module.apply(params, noise([batch, ...input, 5], 1), context(false)), /; got /);
    }
  });

  test.run();
}

/** Whether parameters are those of a model: the same weights and tensors, of the same shapes, all of one real dtype. */

import { isReal } from '../dtype.ts';
import { FormatError } from '../errors.ts';
import { type MakeWeight, outlineWeight } from '../formats/make.ts';
import { Factored } from '../formats/network.ts';
import { Sum } from '../formats/weight.ts';
import { childPath, type Module, type Params } from '../nn/module.ts';
import { key } from '../random.ts';
import { type Shape, sameShape, showShape } from '../shape.ts';
import { scope } from '../tensor/scope.ts';
import { Tensor } from '../tensor/tensor.ts';
import { leavesOf } from '../tree.ts';

/**
 * Throws FormatError unless `params` has what the model needs, whatever the formats of its weights. `build` makes the
 * model with weights from a maker.
 */
export function checkParams(op: string, build: (weight: MakeWeight) => Module, params: Params): void {
  const remedy = 'the file is damaged, or of another model';
  const fault = (rule: string, got: string): FormatError => new FormatError(op, rule, got, remedy);
  const found = shapesOf(params);
  const foldable = new Set<string>();
  const noting: MakeWeight = (request) => {
    if (request.rows !== undefined) foldable.add(request.path);
    return outlineWeight(request);
  };
  const expected = scope(() => shapesOf(build(noting).init(key(0), '')));
  for (const [path, shape] of expected) {
    const got = found.get(path);
    if (got !== undefined && (sameShape(got, shape) || (foldable.has(path) && isPadded(got, shape)))) continue;
    throw fault(`${path} is ${showShape(shape)}`, got === undefined ? 'nothing' : showShape(got));
  }
  for (const path of found.keys()) if (!expected.has(path)) throw fault('every tensor is one of the model', path);
  const dtypes = new Set([...leavesOf<Tensor>(params).values()].map(({ dtype }) => dtype));
  if (dtypes.size === 1 && [...dtypes].every(isReal)) return;
  throw fault('weights are all f32 or all f64', [...dtypes].join(', '));
}

/** Whether a table has the rows of another and at most as many again, which are padding. */
function isPadded([rows, ...row]: Shape, [count, ...want]: Shape): boolean {
  return sameShape(row, want) && rows! > count! && rows! <= 2 * count!;
}

/** The shape of every weight and tensor, by path. */
function shapesOf(tree: unknown, path = '', shapes: Map<string, Shape> = new Map()): Map<string, Shape> {
  if (tree instanceof Tensor || tree instanceof Factored || tree instanceof Sum) shapes.set(path, tree.shape);
  else for (const [name, child] of Object.entries(tree as object)) shapesOf(child, childPath(path, name), shapes);
  return shapes;
}

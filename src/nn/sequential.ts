/** Layers one after another, by name; and residual connections around them. */

import { ShapeError } from '../errors.ts';
import { add } from '../ops/binary.ts';
import { fold } from '../random.ts';
import { type Shape, sameShape, showShape } from '../shape.ts';
import { branch, childContext, childPath, type LayerProfile, type Module } from './module.ts';
import { profileRow } from './leaf.ts';

/** Applies modules in order. A list names them '0', '1', …; a record by its keys. */
export function sequential(layers: readonly Module[] | Readonly<Record<string, Module>>): Module {
  const children = Object.fromEntries(Object.entries(layers)) as Record<string, Module>;
  const entries = Object.entries(children);
  return {
    kind: 'sequential',
    children,
    init: (key, path) =>
      Object.fromEntries(entries.map(([name, child]) => [name, child.init(fold(key, name), childPath(path, name))])),
    apply: (params, x, context) =>
      entries.reduce((y, [name, child]) => child.apply(branch(params, name), y, childContext(context, name)), x),
    outputShape: (input) => entries.reduce((shape, [, child]) => child.outputShape(shape), input),
    profile: (params, input, path) => {
      const rows: LayerProfile[] = [];
      let shape = input;
      for (const [name, child] of entries) {
        rows.push(...child.profile(branch(params, name), shape, childPath(path, name)));
        shape = child.outputShape(shape);
      }
      return rows;
    },
  };
}

/** x + body(x), or shortcut(x) + body(x) where the shapes differ. */
export function residual(body: Module, shortcut?: Module): Module {
  const children: Record<string, Module> = shortcut === undefined ? { body } : { body, shortcut };
  const outputShape = (input: Shape): Shape => {
    const output = body.outputShape(input);
    const around = shortcut?.outputShape(input) ?? input;
    if (sameShape(output, around)) return output;
    const got = `${showShape(output)} and ${showShape(around)}`;
    throw new ShapeError(
      'residual',
      'body and shortcut have one output shape',
      got,
      'give a shortcut that changes the shape',
    );
  };
  return {
    kind: 'residual',
    children,
    init: (key, path) =>
      Object.fromEntries(
        Object.entries(children).map(([name, child]) => [name, child.init(fold(key, name), childPath(path, name))]),
      ),
    apply: (params, x, context) => {
      const y = body.apply(branch(params, 'body'), x, childContext(context, 'body'));
      const around = shortcut?.apply(branch(params, 'shortcut'), x, childContext(context, 'shortcut')) ?? x;
      return add(y, around);
    },
    outputShape,
    profile: (params, input, path) => [
      ...Object.entries(children).flatMap(([name, child]) =>
        child.profile(branch(params, name), input, childPath(path, name)),
      ),
      profileRow(
        'add',
        {},
        path,
        outputShape(input),
        outputShape(input).reduce((n, m) => n * m, 1),
      ),
    ],
  };
}

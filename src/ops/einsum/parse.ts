/** Reads 'bij,bjk->bik': which labels each operand and the result have, and one size per label. */

import { ShapeError } from '../../errors.ts';
import { checkShape, type Shape, showShape } from '../../shape.ts';

/** A contraction by names: the labels of each operand's modes, and those of the result. */
export interface Labelled {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/**
 * The labels of `spec` for operands of the given shapes. Without '->' the result has the labels that occur once, in
 * alphabetical order. '...' stands for leading modes, aligned at the last one, where size 1 broadcasts.
 */
export function parse(op: string, spec: string, shapes: readonly Shape[]): Labelled {
  if (typeof spec !== 'string') {
    throw new ShapeError(op, "the first argument is a text such as 'ij,jk->ik'", typeof spec, 'put it first');
  }
  const [left, right, ...more] = spec.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (more.length > 0 || terms.length !== shapes.length) {
    const got = `'${spec}' for ${shapes.length} operands`;
    throw new ShapeError(op, "the text is one term per operand, then '->' and the result", got, 'correct the text');
  }
  const split = terms.map((term, k) => expand(op, term, shapes[k], spec));
  const deepest = Math.max(0, ...split.map(({ extra }) => extra.length));
  const repeated = Array.from({ length: deepest }, (_, k) =>
    Math.max(...split.map(({ extra }) => extra[extra.length - deepest + k] ?? 1)),
  );
  const inputs = split.map(({ head, extra, tail }, k) => [
    ...head,
    ...extra.map((n, at) => {
      const place = deepest - extra.length + at;
      // A broadcast mode gets a label of its own, so that it is summed over its single element.
      return n === 1 && repeated[place] !== 1 ? `...${place} of operand ${k}` : `...${place}`;
    }),
    ...tail,
  ]);
  const dots = repeated.map((_, k) => `...${k}`);
  return { inputs, output: right === undefined ? implicit(terms, dots) : result(op, right, dots, spec) };
}

/** The labels before and behind the '...' of a term, and the sizes it stands for. */
function expand(op: string, term: string, shape: Shape, spec: string): Term {
  const [head, tail, ...more] = term.split('...').map((part) => letters(op, part, spec));
  if (more.length > 0) {
    throw new ShapeError(
      op,
      "a term has at most one '...'",
      `'${term}' in '${spec}'`,
      'use letters for the other modes',
    );
  }
  const named = head.length + (tail?.length ?? 0);
  if (tail === undefined ? named !== shape.length : named > shape.length) {
    const got = `'${term}' in '${spec}' for shape ${showShape(shape)}`;
    throw new ShapeError(op, 'a term has one label per mode', got, 'correct the text or the operand');
  }
  return {
    head,
    tail: tail ?? [],
    extra: tail === undefined ? [] : shape.slice(head.length, shape.length - tail.length),
  };
}

interface Term {
  readonly head: readonly string[];
  readonly tail: readonly string[];
  readonly extra: Shape;
}

function letters(op: string, part: string, spec: string): string[] {
  if (!/^[A-Za-z]*$/.test(part)) {
    throw new ShapeError(
      op,
      "labels are letters, and '...'",
      `'${part}' in '${spec}'`,
      'use contract() for other names',
    );
  }
  return [...part];
}

function implicit(terms: readonly string[], dots: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const label of terms.join('').replaceAll('.', '')) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...dots, ...[...counts.keys()].filter((label) => counts.get(label) === 1).sort()];
}

function result(op: string, right: string, dots: readonly string[], spec: string): string[] {
  const [head, tail, ...more] = right.split('...').map((part) => letters(op, part, spec));
  if (more.length > 0 || (tail === undefined && dots.length > 0)) {
    const got = `'${right}' in '${spec}'`;
    throw new ShapeError(
      op,
      "the result keeps the modes of '...'",
      got,
      "write one '...' in the result, or sum afterwards",
    );
  }
  return tail === undefined ? head : [...head, ...dots, ...tail];
}

/**
 * One size per label, in order of appearance. Throws ShapeError where a label has two sizes, where the result repeats a
 * label or has one that no operand has, and where labels and modes differ in number.
 */
export function sizesOf(op: string, { inputs, output }: Labelled, shapes: readonly Shape[]): Map<string, number> {
  const sizes = new Map<string, number>();
  inputs.forEach((labels, k) => {
    checkShape(op, shapes[k]);
    if (labels.length !== shapes[k].length) {
      const got = `labels [${labels.join(', ')}] for shape ${showShape(shapes[k])}`;
      throw new ShapeError(op, 'an operand has one label per mode', got, 'correct the labels or the operand');
    }
    labels.forEach((label, axis) => {
      const n = shapes[k][axis];
      const before = sizes.get(label) ?? n;
      if (before !== n) {
        const got = `${before} and ${n} in ${shapes.map(showShape).join(', ')}`;
        throw new ShapeError(op, `label ${label} has one size`, got, 'check the operands');
      }
      sizes.set(label, n);
    });
  });
  output.forEach((label, k) => {
    if (!sizes.has(label) || output.indexOf(label) !== k) {
      const got = `${label} in [${output.join(', ')}] for operands ${inputs.map((l) => `[${l.join(', ')}]`).join(', ')}`;
      throw new ShapeError(op, 'the result has labels of operands, each once', got, 'correct the labels of the result');
    }
  });
  return sizes;
}

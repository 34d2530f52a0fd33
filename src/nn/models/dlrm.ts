/**
 * Deep learning recommendation model (Naumov et al. 2019, arXiv 1906.00091): numbers through a perceptron, one embedding for
 * each column of categories, dot products of all pairs, and a perceptron on top. Only the tables are low-rank.
 */

import type { Column } from '../../columns.ts';
import { ShapeError } from '../../errors.ts';
import type { MakeWeight } from '../../formats/make.ts';
import { broadcastTo } from '../../ops/broadcast.ts';
import { concat } from '../../ops/concat.ts';
import { gather } from '../../ops/gather.ts';
import { normal } from '../../ops/random.ts';
import { expandDims } from '../../ops/reshape.ts';
import { transpose } from '../../ops/transpose.ts';
import { fold } from '../../random.ts';
import { showShape } from '../../shape.ts';
import { own as owned } from '../../tensor/create.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { relu } from '../activation.ts';
import { interaction } from '../interaction.ts';
import { profileRow } from '../leaf.ts';
import { linear } from '../linear.ts';
import { branch, childContext, childPath, type Module, own } from '../module.ts';
import { sequential } from '../sequential.ts';
import { tables } from '../tables.ts';
import { columnTable } from './columnTable.ts';
import { denseBy, type ModelFamily, type ModelOptions, scaled } from './model.ts';

/** Hidden widths of the perceptrons. */
const BOTTOM = [64];
const TOP = [64, 32];
const SIZE = 16;
/** Pairs grow with the square of the columns. */
const MOST_COLUMNS = 512;
export const dlrm: ModelFamily = {
  name: 'dlrm',
  about: `tables for categories, products of pairs, perceptrons (rows of ${SIZE} numbers)`,
  needsColumns: true,
  build(options) {
    const columns = checkedColumns(options);
    const size = scaled(options.embeddingSize ?? SIZE, options);
    const numbers = columns.flatMap(({ kind }, k) => (kind === 'number' ? [k] : []));
    const features = columns.length - numbers.length + 1;
    const top = interaction(features, size);
    const [joined] = top.outputShape([]) as [number];
    const hidden = TOP.map((n) => scaled(n, options));
    const weight = denseBy(options);
    const below = [...BOTTOM.map((n) => scaled(n, options)), size];
    const layers = {
      bottom: numbers.length === 0 ? constant(size) : bottomOf(numbers, below, weight),
      tables: tables(columns, (column, k) => columnTable(column, k, size, options)),
      interaction: top,
      top: sequential({
        ...perceptron([joined, ...hidden], weight),
        classifier: linear({ in: hidden.at(-1)!, out: options.classes, gain: 1, weight }),
      }),
    };
    return joinedModel(columns.length, options.classes, layers);
  },
};

function checkedColumns({ input, columns }: ModelOptions): readonly Column[] {
  if (columns === undefined || !columns.some(({ kind }) => kind === 'index')) {
    throw new ShapeError(
      'dlrm',
      'the data has columns of categories',
      `none in ${showShape(input)}`,
      "use the model 'mlp'",
    );
  }
  if (input.length !== 1 || input[0] !== columns.length || columns.length > MOST_COLUMNS) {
    const rule = `the input is a table of at most ${MOST_COLUMNS} columns, each with its kind`;
    throw new ShapeError(
      'dlrm',
      rule,
      `${columns.length} kinds for ${showShape(input)}`,
      'use the columns of the data',
    );
  }
  return columns;
}

/** Linear layers with ReLU through these widths. */
function perceptron(widths: readonly number[], weight: MakeWeight): Record<string, Module> {
  const layers: Record<string, Module> = {};
  for (let k = 1; k < widths.length; k++) {
    layers[`fc${k}`] = linear({ in: widths[k - 1]!, out: widths[k]!, weight });
    layers[`relu${k}`] = relu();
  }
  return layers;
}

/** The columns of numbers through a perceptron. */
function bottomOf(numbers: readonly number[], widths: readonly number[], weight: MakeWeight): Module {
  const inner = sequential(perceptron([numbers.length, ...widths], weight));
  const chosen = Int32Array.from(numbers);
  return {
    ...inner,
    apply: (params, x, context) =>
      inner.apply(params, transpose(gather(transpose(x), owned(chosen, [chosen.length]))), context),
    outputShape: () => inner.outputShape([numbers.length]),
    profile: (params, _input, path) => inner.profile(params, [numbers.length], path),
  };
}

/** One learned vector, in place of numbers that are not there: its products are the biases of the categories. */
function constant(size: number): Module {
  return {
    kind: 'constant',
    undecayed: ['vector'],
    init: (key) => ({ vector: normal(fold(key, 'vector'), [size], { std: 1 / Math.sqrt(size) }) }),
    apply: (params, x) => broadcastTo(own(params, 'vector'), [x.shape[0]!, size]),
    outputShape: () => [size],
    profile: (params, _input, path) => [profileRow('constant', params, path, [size], 0)],
  };
}

/** The parts as one model over [features]. */
function joinedModel(
  features: number,
  classes: number,
  layers: Record<'bottom' | 'tables' | 'interaction' | 'top', Module>,
): Module {
  const entries = Object.entries(layers);
  const outputShape: Module['outputShape'] = (input) => {
    if (input.length === 1 && input[0] === features) return [classes];
    throw new ShapeError('dlrm', `the input is a table of ${features} columns`, showShape(input), 'check the data');
  };
  return {
    kind: 'dlrm',
    children: layers,
    init: (key, path) =>
      Object.fromEntries(entries.map(([name, layer]) => [name, layer.init(fold(key, name), childPath(path, name))])),
    apply: (params, x, context) => {
      outputShape(x.shape.slice(1));
      const run = (name: keyof typeof layers, y: Tensor): Tensor =>
        layers[name].apply(branch(params, name), y, childContext(context, name));
      const vectors = concat([expandDims(run('bottom', x), 1), run('tables', x)], 1);
      return run('top', run('interaction', vectors));
    },
    outputShape,
    profile: (params, input, path) => {
      const joined = layers.interaction.outputShape([]);
      return entries.flatMap(([name, layer]) =>
        layer.profile(branch(params, name), name === 'top' ? joined : input, childPath(path, name)),
      );
    },
  };
}

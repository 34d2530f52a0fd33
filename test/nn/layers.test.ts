import { attention } from '../../src/nn/attention.ts';
import { conv1d, conv2d } from '../../src/nn/conv.ts';
import { embedding } from '../../src/nn/embedding.ts';
import { hashEmbedding } from '../../src/nn/hashEmbedding.ts';
import { linear } from '../../src/nn/linear.ts';
import { quotientEmbedding } from '../../src/nn/quotientEmbedding.ts';
import { lstm } from '../../src/nn/recurrent.ts';
import { layerLaws } from '../laws/layer.ts';

layerLaws({ name: 'linear', build: (weight) => linear({ in: 20, out: 12, weight }), input: [20] });
layerLaws({ name: 'linear over tokens', build: (weight) => linear({ in: 8, out: 6, weight }), input: [5, 8] });
layerLaws({
  name: 'conv2d',
  build: (weight) => conv2d({ in: 6, out: 8, window: 3, padding: 1, weight }),
  input: [6, 7, 7],
});
layerLaws({
  name: 'conv2d with stride and dilation',
  build: (weight) => conv2d({ in: 4, out: 6, window: 3, stride: 2, padding: 2, dilation: 2, weight }),
  input: [4, 9, 8],
});
layerLaws({
  name: 'conv2d of the same size, another stride for each mode',
  build: (weight) => conv2d({ in: 5, out: 7, window: [3, 2], stride: [1, 2], padding: 'same', weight }),
  input: [5, 6, 5],
});
layerLaws({
  name: 'conv2d in groups',
  build: (weight) => conv2d({ in: 6, out: 8, window: 3, groups: 2, weight }),
  input: [6, 6, 6],
});
layerLaws({
  name: 'conv1d',
  build: (weight) => conv1d({ in: 4, out: 6, window: 5, stride: 2, weight }),
  input: [4, 20],
});
layerLaws({
  name: 'embedding',
  build: (weight) => embedding({ count: 30, size: 8, weight }),
  input: [4],
  indices: 30,
});
layerLaws({
  name: 'embedding of few rows, many times each',
  build: (weight) => embedding({ count: 6, size: 8, weight }),
  input: [9],
  indices: 6,
});
layerLaws({
  name: 'hash embedding',
  build: (weight) => hashEmbedding({ count: 1000, size: 8, buckets: 12, weight }),
  input: [4],
  indices: 1000,
});
layerLaws({
  name: 'hash embedding of two hashes',
  build: (weight) => hashEmbedding({ count: 1000, size: 8, buckets: 12, hashes: 2, seed: 3, weight }),
  input: [4],
  indices: 1000,
});
layerLaws({
  name: 'quotient embedding, products',
  build: (weight) => quotientEmbedding({ count: 90, size: 8, weight }),
  input: [4],
  indices: 90,
});
layerLaws({
  name: 'quotient embedding, sums of three',
  build: (weight) => quotientEmbedding({ count: 90, size: 8, radices: [4, 6, 4], combine: 'sum', weight }),
  input: [4],
  indices: 90,
});
layerLaws({ name: 'lstm', build: (weight) => lstm({ in: 5, size: 4, sequence: true, weight }), input: [6, 5] });
layerLaws({ name: 'attention', build: (weight) => attention({ size: 8, heads: 2, weight }), input: [5, 8] });

/** Low-rank tensors of any format: the namespace `formats`. */

export { add, full, hadamard, inner, norm, scale } from './algebra.ts';
export { formatNamed, formats } from './all.ts';
export { applyWeight, type Product, productFlops } from './apply.ts';
export { convWeighted } from './conv.ts';
export { at, rows } from './entries.ts';
export type { Axis, Format, Layout, Role } from './format.ts';
export { randomFactored } from './init.ts';
export { bondsOf, countOf, Factored, type Network, ranksOf, sizesOf } from './network.ts';
export { orthogonalize, spectra, treeNorm } from './orthogonalize.ts';
export { type RankRequest, resolveRanks } from './rank.ts';
export { type Rounded, type RoundOptions, round, rounded } from './round.ts';
export { pack, unpack } from './store.ts';
export { denseCount, Sum, storedCount, type Weight } from './weight.ts';

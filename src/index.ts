/** The public names of rankwise. */

export { conv1d, conv2d } from './ops/conv.ts';
export type { ConvOptions } from './ops/convGeometry.ts';
export { contract, contractPath, einsum, einsumPath, type Operand } from './ops/einsum/einsum.ts';
export type { Path } from './ops/einsum/path.ts';
export { dot, matmul, outer } from './ops/matmul.ts';

/** Layers and ready models: the namespace `nn`. */

export { gelu, hardSigmoid, hardTanh, relu, sigmoid, tanh } from './activation.ts';
export { type AttentionOptions, attention } from './attention.ts';
export { type ConvLayerOptions, conv1d, conv2d } from './conv.ts';
export { dropout } from './dropout.ts';
export { type EmbeddingOptions, embedding } from './embedding.ts';
export { type HashEmbeddingOptions, hashEmbedding } from './hashEmbedding.ts';
export { type Plain, plain } from './leaf.ts';
export { type LinearOptions, linear } from './linear.ts';
export { type LossKind, losses } from './loss.ts';
export { criteoRanks, criteoTables } from './models/criteo.ts';
export type { EmbeddingKind, ModelFamily, ModelOptions } from './models/model.ts';
export { type Context, eachModule, type LayerProfile, type Module, type Params } from './module.ts';
export { type BatchNormOptions, batchNorm, layerNorm } from './norm.ts';
export { avgPool2d, flatten, globalAvgPool, maxPool2d, type PoolOptions } from './pool.ts';
export { type QuotientEmbeddingOptions, quotientEmbedding } from './quotientEmbedding.ts';
export { type LstmOptions, lstm } from './recurrent.ts';
export { residual, sequential } from './sequential.ts';

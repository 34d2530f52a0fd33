/** The options of `rankwise train`. */

import { formats } from '../formats/all.ts';
import { methods } from '../methods/all.ts';
import { models } from '../nn/models/all.ts';
import { classifierKinds, embeddingKinds } from '../nn/models/model.ts';
import { datasetNames } from '../node/datasets.ts';
import { scheduleNames } from '../optim/schedule.ts';
import type { OptionSpecs } from './command.ts';

export const trainOptions: OptionSpecs = {
  data: {
    kind: 'text',
    value: 'NAME',
    about: `${datasetNames.join(', ')}, or a .csv or .npy file`,
    fallback: 'digits',
  },
  'data-dir': { kind: 'text', value: 'DIR', about: "where a named set's files lie" },
  model: {
    kind: 'text',
    value: 'NAME',
    about: 'the network',
    fallback: 'mlp',
    choices: models.map(({ name }) => name),
  },
  widths: { kind: 'text', value: 'N,N', about: 'hidden widths of mlp and resmlp' },
  width: { kind: 'number', value: 'X', about: 'all widths times this: a narrower network', min: 0.001, max: 100 },
  embedding: {
    kind: 'text',
    value: 'KIND',
    about: 'how models of columns store their tables; default table',
    choices: embeddingKinds,
  },
  'embedding-size': { kind: 'number', value: 'N', about: 'length of the rows of those tables', min: 1, whole: true },
  'embedding-budget': {
    kind: 'number',
    value: 'N',
    about: 'parameters of each table by hash or quotient; default a tenth of it',
    min: 1,
    whole: true,
  },
  classifier: {
    kind: 'text',
    value: 'KIND',
    about: 'whether the last layer stays dense or takes the format of the others; default dense',
    choices: classifierKinds,
  },
  format: {
    kind: 'text',
    value: 'NAME',
    about: "the format of the weights; default the method's, or dense",
    choices: formats.map(({ name }) => name),
  },
  rank: {
    kind: 'text',
    value: 'R',
    about: "8, 4,8,8, 0.1 (of each weight's parameters), 50% (of the greatest ranks), same or params:N; default 0.1",
  },
  budget: {
    kind: 'number',
    value: 'N',
    about: 'parameters of the whole network at the start, instead of --rank',
    min: 1,
    whole: true,
  },
  keep: { kind: 'text', value: 'LAYER,…', about: 'layers whose weights stay dense' },
  fold: { kind: 'text', value: 'LAYER=4x8,7x7;…', about: 'mode sizes of the axes of weights' },
  adapt: { kind: 'text', value: 'MODEL', about: 'train deltas beside the frozen weights of this model' },
  method: {
    kind: 'text',
    value: 'NAME',
    about: 'how it is trained',
    fallback: 'descent',
    choices: methods.map(({ name }) => name),
  },
  with: { kind: 'text', value: 'NAME=X,…', about: "the method's own settings; see rankwise methods" },
  optimizer: {
    kind: 'text',
    value: 'NAME',
    about: "the optimizer; default the method's, or sgd",
    choices: ['sgd', 'adam', 'adamw'],
  },
  lr: { kind: 'number', value: 'X', about: 'learning rate; default 0.01 for sgd, 0.001 for adam', min: 0 },
  'lr-scale': { kind: 'number', value: 'X', about: 'learning rate times this', min: 0 },
  momentum: { kind: 'number', value: 'X', about: 'momentum of sgd; default 0.9', min: 0, max: 0.9999 },
  'weight-decay': {
    kind: 'number',
    value: 'X',
    about: 'decay of weights, not of biases and norms; default 0',
    min: 0,
  },
  schedule: {
    kind: 'text',
    value: 'NAME',
    about: 'learning rate over the run; cosine rises for 5 % of it first, at least 100 steps; default cosine',
    choices: [...scheduleNames, 'plateau'],
  },
  clip: { kind: 'number', value: 'X', about: 'limit of the gradient norm; default 0, none', min: 0 },
  epochs: {
    kind: 'number',
    value: 'N',
    about: 'passes over the data; default 10, or what --steps needs',
    min: 1,
    whole: true,
  },
  steps: { kind: 'number', value: 'N', about: 'stop after so many steps', min: 1, whole: true },
  batch: { kind: 'number', value: 'N', about: 'examples a step', fallback: 64, min: 1, whole: true },
  limit: {
    kind: 'number',
    value: 'N',
    about: 'use so many of the training examples, the same for every seed',
    min: 1,
    whole: true,
  },
  augment: { kind: 'flag', about: 'flip and crop training images' },
  validation: {
    kind: 'number',
    value: 'X',
    about: 'share of the training set measured after each epoch',
    fallback: 0,
    min: 0,
    max: 0.9,
  },
  seed: { kind: 'number', value: 'N', about: 'seed of weights, order, augmentation', fallback: 1, min: 0, whole: true },
  out: { kind: 'text', value: 'DIR', about: 'folder for the model, checkpoints and metrics' },
  'save-every': {
    kind: 'number',
    value: 'SECONDS',
    about: 'time between checkpoints within an epoch',
    fallback: 30,
    min: 0,
  },
  spectra: { kind: 'flag', about: 'log singular values after each epoch' },
  resume: { kind: 'flag', about: 'go on with the run in --out' },
  force: { kind: 'flag', about: 'start anew where --out holds a run' },
  'dry-run': { kind: 'flag', about: 'build the model, print its layers, do not train' },
};

/** The public names of `rankwise/node`: what needs files. Works in Node, Deno and Bun. */

export { datasetNames, type OpenOptions, openDataset } from './node/datasets.ts';
export { type FileHost, isFile, makeFolder, readBytes, writeAtomic } from './node/files.ts';

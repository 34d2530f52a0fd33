/** Data sets as commands open them: packages are looked for in the current folder and in RANKWISE_DATA. */

import type { Dataset } from '../io/dataset.ts';
import { openDataset } from '../node/datasets.ts';

/** Opens a data set by name or path. `dataDir` is what --data-dir said, if it was given. */
export function openData(data: string, dataDir: unknown): Promise<Dataset> {
  const { RANKWISE_DATA: also } = process.env;
  return openDataset(data, {
    roots: also === undefined || also === '' ? ['.'] : ['.', also],
    ...(typeof dataDir === 'string' ? { dataDir } : {}),
  });
}

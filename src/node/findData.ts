/** Where the files of a data set lie: in the folder that was given, or in the package that brings them. */

import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { FormatError } from '../errors.ts';
import { showText } from '../io/show.ts';
import { isFile } from './files.ts';

export interface OpenOptions {
  /** A folder with the files of a named set, used instead of its package. */
  readonly dataDir?: string;
  /** The folders from which packages are looked for, as `import` does. Default: the current one. */
  readonly roots?: readonly string[];
  /** The label column of a .csv file: a name, or an index that counts from the end when negative. Default: the last. */
  readonly label?: string | number;
  /** Columns of a .csv file that are categories although they look like numbers. */
  readonly categories?: readonly string[];
}

/** The folder of an npm package as seen from the first of `roots` that has it, or undefined. */
export function packageFolder(name: string, roots: readonly string[] = ['.']): string | undefined {
  for (const root of roots) {
    try {
      return dirname(createRequire(join(resolve(root), 'from.js')).resolve(`${name}/package.json`));
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}

/** The first of `names` that is a file in one of `folders`. Throws FormatError with `remedy` when there is none. */
export async function findFile(
  set: string,
  folders: readonly string[],
  names: readonly string[],
  remedy: string,
): Promise<string> {
  for (const folder of folders) {
    for (const name of names) {
      const path = join(folder, name);
      if (await isFile(path)) return path;
    }
  }
  const where = folders.length === 0 ? 'no package that brings it' : `none in ${folders.map(showText).join(', ')}`;
  throw new FormatError('openDataset', `${set} needs ${names[0]}`, where, remedy);
}

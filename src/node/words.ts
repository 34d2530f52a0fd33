/** Words of texts, and the numbers they get. */

/** The number of words outside the vocabulary; 0 is padding. */
export const UNKNOWN = 1;
/** The number of the first word of a vocabulary. */
export const FIRST_WORD = 2;

/** Longer runs of letters are encoded attachments. */
const LONGEST = 24;

/** Words in lower case, each number as 0, and the signs $ and !; markup in <...> is left out. */
export function wordsOf(text: string): string[] {
  const found = text
    .toLowerCase()
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/<[^<>]{0,1000}>/g, ' ')
    .match(/[a-z]+(?:'[a-z]+)*|\d+|[$!]/g);
  return (found ?? []).filter((word) => word.length <= LONGEST).map((word) => (/\d/.test(word) ? '0' : word));
}

/** The most frequent words, at most `most` and each in at least two texts, numbered in the order of their characters. */
export function vocabularyOf(texts: readonly (readonly string[])[], most: number): Map<string, number> {
  const texted = new Map<string, number>();
  for (const words of texts) for (const word of new Set(words)) texted.set(word, (texted.get(word) ?? 0) + 1);
  const frequent = [...texted]
    .filter(([, count]) => count >= 2)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word);
  return new Map(frequent.sort().map((word, k) => [word, FIRST_WORD + k]));
}

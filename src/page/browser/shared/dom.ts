/** Elements of pages. Texts are set as text, never as markup: names come from files. */

/** The part of the page with this id, which the page's template has. */
export const part = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;

export const grouped = (n: number): string => Math.round(n).toLocaleString('en');

/** An element with a class and a text or children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}

export function cell(text: string, kind: 'td' | 'th' = 'td', numeric = false): HTMLTableCellElement {
  return make(kind, numeric ? 'number' : '', text);
}

export function rowOf(cells: readonly HTMLTableCellElement[]): HTMLTableRowElement {
  return make('tr', '', ...cells);
}

/** Fills a table with a head of texts, each with whether its column holds numbers, and rows. */
export function fill(
  id: string,
  headings: readonly (readonly [string, boolean])[],
  rows: readonly HTMLTableRowElement[],
): void {
  const table = part<HTMLTableElement>(id);
  const [head, body] = [document.createElement('thead'), document.createElement('tbody')];
  head.append(rowOf(headings.map(([text, numeric]) => cell(text, 'th', numeric))));
  body.append(...rows);
  const caption = table.caption;
  table.replaceChildren(...(caption === null ? [] : [caption]), head, body);
}

/** Text from a file, made safe to print: quoted, without control or direction characters, at most 80 characters. */

const HIDDEN = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** `text` in quotes for a message: a hostile name can neither move the cursor nor flood the screen. */
export function showText(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return JSON.stringify(short).replace(HIDDEN, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Numbers as people read them. */

export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

/** Bytes in kB or MB. */
export function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What a compiled module holds beyond its code: the sections of the binary format, counted. */

export interface Sections {
  /** Number of entries by section; 0 where a section is absent. */
  readonly globals: number;
  readonly mutableGlobals: number;
  readonly tables: number;
  readonly data: number;
  readonly hasStart: boolean;
}

const SECTION = { table: 4, global: 6, start: 8, data: 11 } as const;

/** Reads unsigned LEB128 numbers. */
class Reader {
  at = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
}

/** Mutable ones among `count` globals; each is a type, a mutability byte and a constant expression that ends in 0x0b. */
function countMutable(reader: Reader, count: number): number {
  let mutable = 0;
  for (let k = 0; k < count; k++) {
    mutable += reader.bytes[reader.at + 1]!;
    reader.at += 2;
    const kind = reader.bytes[reader.at++]!;
    if (kind === 0x43) reader.at += 4;
    else if (kind === 0x44) reader.at += 8;
    else while (reader.bytes[reader.at]! !== 0x0b) reader.at++;
    reader.at++;
  }
  return mutable;
}

/** Counts the entries of a module's sections. The bytes have been validated by the host. */
export function sectionsOf(bytes: Uint8Array): Sections {
  const reader = new Reader(bytes);
  const counts = new Map<number, number>();
  let mutableGlobals = 0;
  reader.at = 8;
  while (reader.at < bytes.length) {
    const id = reader.bytes[reader.at++]!;
    const length = reader.u32();
    const next = reader.at + length;
    const count = id === 0 ? 0 : reader.u32();
    counts.set(id, count);
    if (id === SECTION.global) mutableGlobals = countMutable(reader, count);
    reader.at = next;
  }
  return {
    globals: counts.get(SECTION.global) ?? 0,
    mutableGlobals,
    tables: counts.get(SECTION.table) ?? 0,
    data: counts.get(SECTION.data) ?? 0,
    hasStart: counts.has(SECTION.start),
  };
}

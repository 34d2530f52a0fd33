/**
 * Cyclic redundancy checks by tables, eight bytes a turn (slicing-by-8, Kounavis & Berry 2008).
 * CRC-32C (Castagnoli, RFC 3720 appendix B) guards checkpoints and event files; CRC-32 (ISO 3309) is that of PNG and zip.
 */

type Tables = readonly Uint32Array[];

/** Tables of the reflected polynomial: tables[k][b] is byte b followed by k zero bytes. */
function tablesOf(polynomial: number): Tables {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let b = 0; b < 256; b++) {
    let c = b;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    tables[0]![b] = c;
  }
  for (let k = 1; k < 8; k++) {
    for (let b = 0; b < 256; b++) {
      const c = tables[k - 1]![b]!;
      tables[k]![b] = (c >>> 8) ^ tables[0]![c & 255]!;
    }
  }
  return tables;
}

// Made at first use: importing this file costs nothing.
let castagnoli: Tables | undefined;
let iso: Tables | undefined;

function run(tables: Tables, bytes: Uint8Array, before: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [Uint32Array, ...Uint32Array[]];
  const whole = bytes.length - (bytes.length % 8);
  let c = ~before;
  let i = 0;
  for (; i < whole; i += 8) {
    c =
      t7![(c ^ bytes[i]!) & 255]! ^
      t6![((c >>> 8) ^ bytes[i + 1]!) & 255]! ^
      t5![((c >>> 16) ^ bytes[i + 2]!) & 255]! ^
      t4![(c >>> 24) ^ bytes[i + 3]!]! ^
      t3![bytes[i + 4]!]! ^
      t2![bytes[i + 5]!]! ^
      t1![bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ t0[(c ^ bytes[i]!) & 255]!;
  return ~c >>> 0;
}

/** CRC-32C of `bytes` as an unsigned number; `before` continues an earlier result. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  castagnoli ??= tablesOf(0x82f63b78);
  return run(castagnoli, bytes, before);
}

/** CRC-32 of `bytes` as an unsigned number; `before` continues an earlier result. */
export function crc32(bytes: Uint8Array, before = 0): number {
  iso ??= tablesOf(0xedb88320);
  return run(iso, bytes, before);
}

/** Eight lower-case hexadecimal digits. */
export function showCrc(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}

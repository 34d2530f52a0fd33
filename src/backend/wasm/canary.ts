/** Guard bytes around blocks, for the canary mode: a kernel that writes outside its operands is found when they are freed. */

import { BackendError } from '../../errors.ts';

/** Where the guarded bytes lie. */
interface Region {
  readonly address: number;
  readonly bytes: number;
}

export const GUARD = 64;
const PATTERN = 0xa5;

export function writeGuards(memory: Uint8Array, block: Region): void {
  memory.fill(PATTERN, block.address - GUARD, block.address);
  memory.fill(PATTERN, block.address + block.bytes, block.address + block.bytes + GUARD);
}

export function checkGuards(memory: Uint8Array, block: Region): void {
  for (let k = 1; k <= GUARD; k++) {
    const before = memory[block.address - k];
    const after = memory[block.address + block.bytes + k - 1];
    if (before !== PATTERN || after !== PATTERN) {
      const side = before !== PATTERN ? `${k} bytes before` : `${k} bytes behind`;
      throw new BackendError(
        'canary',
        'kernels write inside their operands',
        `a write ${side} a block of ${block.bytes} bytes`,
        'check the strides',
      );
    }
  }
}

/** Fills a freed block with bytes that read as NaN in f32 and f64. */
export function markFreed(memory: Uint8Array, block: Region): void {
  memory.fill(0xff, block.address, block.address + block.bytes);
}

/**
 * How the host calls a kernel: one block of arguments and one sticky status slot. src/kernels/kernel.ts has the contract.
 * The addresses are those of src/backend/wasm/wasm.ts.
 */

/** Where trouble is reported: code, then detail. The first report stays until the host reads it. */
const STATUS: usize = 16;

/** Code of an index or label outside its table: Status.index of src/kernels/kernel.ts. */
export const INDEX: i32 = 1;

export function fail(code: i32, detail: i32): void {
  if (load<i32>(STATUS) != 0) return;
  store<i32>(STATUS, code);
  store<i32>(STATUS, detail, 4);
}

/** The common head of every block: pieces [begin, end) and this worker's workspace. */
@unmanaged
export class Head {
  begin: i32;
  end: i32;
  work: usize;
}

/**
 * Scopes free temporaries in backend memory. What a scope returns lives on in the scope around it, and outside all scopes
 * in JavaScript memory, where it is collected like any object. keep() takes tensors out of scopes: parameters and
 * optimizer state stay resident between steps and belong to whoever keeps them.
 *
 * While a tape records, inner scopes free nothing: the gradient may still need their tensors, which move to the scope of
 * the tape.
 */

import type { Backend, Block } from '../backend/backend.ts';
import { backend, trouble } from '../backend/current.ts';
import { BackendError } from '../errors.ts';
import { eachLeaf, type Tree } from '../tree.ts';
import { sync } from './read.ts';
import type { Storage } from './storage.ts';
import { Tensor } from './tensor.ts';

/**
 * A storage belongs to the scope that its `owner` names, and waits in that scope's list for its end. It may wait in other
 * lists, too: those have lost it.
 */
class Scope {
  readonly parent: Scope | null;
  storages: Storage[] = [];
  /** When to forget those that are lost or gone, so that long loops in one scope do not gather them. */
  #full = 1024;

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  add(storage: Storage): void {
    storage.owner = this;
    this.storages.push(storage);
    if (this.storages.length < this.#full) return;
    this.storages = this.storages.filter((s) => s.owner === this && s.block !== null);
    this.#full = Math.max(1024, 2 * this.storages.length);
  }
}

let current: Scope | null = null;
let recording = 0;
let isClosed = false;
let leaked = 0;

/** Only counts: a kept block whose owner was collected without dispose() is a leak of its keeper. Some hosts lack it. */
const collected =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<Block>((block) => {
        if (block.live) leaked++;
      });

/** Kept blocks whose tensors were collected without being disposed. */
export function leaks(): number {
  return leaked;
}

export function inScope(): boolean {
  return current !== null;
}

/** Inner scopes become transparent until the matching endRecording(). */
export function beginRecording(): void {
  recording++;
}

export function endRecording(): void {
  recording--;
}

/** The number of tapes that record now. */
export function recordingDepth(): number {
  return recording;
}

/** Runs `body` as if no tape recorded: nothing is noted, and scopes free again. A gradient taken inside is complete. */
export function unrecorded<T>(body: () => T): T {
  const before = recording;
  recording = 0;
  try {
    return body();
  } finally {
    recording = before;
  }
}

/** Runs `body`, where operations refuse what a tape has made while none records: it would look like a constant. */
export function closed<T>(isOn: boolean, body: () => T): T {
  const before = isClosed;
  isClosed = isOn;
  try {
    return body();
  } finally {
    isClosed = before;
  }
}

/** Whether what a tape has made is refused now. */
export function refusesTaped(): boolean {
  return isClosed && recording === 0;
}

/** Gives a storage to the current scope. */
export function adopt(storage: Storage): void {
  current!.add(storage);
}

/** Whether the current scope will free a storage. */
export function ownedHere(storage: Storage): boolean {
  return current !== null && storage.owner === current;
}

/** Frees a storage now where the current scope owns it; for those who know that nobody asks for it again. */
export function release(storage: Storage): void {
  if (storage.array !== null || storage.owner !== current) return;
  storage.owner = null;
  storage.drop('a tensor whose last use was over');
}

/** Makes the storages of `tensors` present on a backend; copies made here belong to the current scope. */
export function uploadAll(tensors: readonly Tensor[], on: Backend, op: string): void {
  for (let k = 0; k < tensors.length; k++) {
    const { storage } = tensors[k]!;
    if (storage.upload(on, op)) adopt(storage);
  }
}

/** Ends a scope: what it still owns moves to the scope of a tape or is freed. */
function close(scope: Scope): void {
  const { parent, storages } = scope;
  for (let k = 0; k < storages.length; k++) {
    const storage = storages[k]!;
    if (storage.owner !== scope) continue;
    if (recording > 0 && parent !== null) parent.add(storage);
    else {
      storage.owner = null;
      storage.drop('a tensor of a scope that has ended');
    }
  }
}

/** Moves the tensors of a result out of the scope that made them. */
function rescue(result: unknown, from: Scope): void {
  if (result instanceof Tensor) {
    const { storage } = result;
    if (storage.owner !== from || storage.gone !== null) return;
    if (from.parent !== null) from.parent.add(storage);
    else {
      storage.owner = null;
      storage.download();
      storage.drop('');
    }
  } else if (Array.isArray(result)) for (const each of result) rescue(each, from);
  else if (typeof result === 'object')
    eachLeaf(result as Tree<unknown>, (leaf) => leaf instanceof Tensor && rescue(leaf, from));
}

/**
 * Runs `body` and frees what it made, except the tensors found in what it returns: alone, or in arrays, plain objects,
 * maps and weights. Throws BackendError where `body` returns a promise: a stack of scopes and `await` do not mix. Trouble
 * that kernels have met (an index outside its table) is thrown at the end of the outermost scope, if not before.
 */
export function scope<T>(body: () => T): T {
  const mine = new Scope(current);
  const outermost = mine.parent === null;
  current = mine;
  let done = false;
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new BackendError('scope', 'the body is synchronous', 'a promise', 'await outside the scope');
    }
    if (outermost) sync();
    rescue(result, mine);
    done = true;
    return result;
  } finally {
    current = mine.parent;
    close(mine);
    // What a body that has failed left behind is not for the next one to tell.
    if (outermost && !done) trouble();
  }
}

/** Takes the tensors of a tree out of their scopes and makes them resident; free them with dispose() or replace(). */
export function keep<T>(tree: T): T {
  eachLeaf(tree as Tree<unknown>, (leaf) => {
    if (!(leaf instanceof Tensor)) return;
    const { storage } = leaf;
    storage.upload(backend(), 'keep');
    storage.array = null;
    storage.owner = null;
    if (!storage.kept) collected?.register(storage, storage.block!);
    storage.kept = true;
  });
  return tree;
}

/** Frees every tensor of a tree. */
export function dispose(tree: unknown): void {
  eachLeaf(tree as Tree<unknown>, (leaf) => {
    if (leaf instanceof Tensor) leaf.dispose();
  });
}

/** Keeps `next` and frees the tensors of `now` whose storage `next` no longer holds. Returns `next`. */
export function replace<T>(now: unknown, next: T): T {
  const held = new Set<Storage>();
  eachLeaf(next as Tree<unknown>, (leaf) => {
    if (leaf instanceof Tensor) held.add(leaf.storage);
  });
  keep(next);
  eachLeaf(now as Tree<unknown>, (leaf) => {
    if (leaf instanceof Tensor && !held.has(leaf.storage)) leaf.dispose();
  });
  return next;
}

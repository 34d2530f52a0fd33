/**
 * Scopes free temporaries in backend memory. What a scope returns lives on in the scope around it, and outside all scopes
 * in JavaScript memory, where it is collected like any object. keep() takes tensors out of scopes: parameters and
 * optimizer state stay resident between steps and belong to whoever keeps them.
 *
 * While a tape records, inner scopes free nothing: the gradient may still need their tensors, which move to the scope of
 * the tape.
 */

import type { Backend, Block } from '../backend/backend.ts';
import { backend } from '../backend/current.ts';
import { BackendError } from '../errors.ts';
import { eachLeaf, type Tree } from '../tree.ts';
import type { Storage } from './storage.ts';
import { Tensor } from './tensor.ts';

interface Scope {
  readonly parent: Scope | null;
  readonly storages: Set<Storage>;
}

let current: Scope | null = null;
let recording = 0;
let leaked = 0;

/** Only counts: a kept block whose owner was collected without dispose() is a leak of its keeper. */
const collected = new FinalizationRegistry<Block>((block) => {
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

/** Gives a storage to the current scope. */
export function adopt(storage: Storage): void {
  current!.storages.add(storage);
}

/** Frees a storage now where the current scope owns it; for those who know that nobody asks for it again. */
export function release(storage: Storage): void {
  if (storage.array === null && current!.storages.delete(storage)) storage.drop('a tensor whose last use was over');
}

/** Makes the storages of `tensors` present on a backend; copies made here belong to the current scope. */
export function uploadAll(tensors: readonly Tensor[], on: Backend, op: string): void {
  for (const { storage } of tensors) if (storage.upload(on, op)) adopt(storage);
}

function close(scope: Scope, survivors: ReadonlySet<Storage>): void {
  const { parent } = scope;
  for (const storage of scope.storages) {
    const outlives = survivors.has(storage) || recording > 0;
    if (outlives && parent !== null) parent.storages.add(storage);
    else if (outlives && storage.gone === null) {
      storage.download();
      storage.drop('');
    } else storage.drop('a tensor of a scope that has ended');
  }
}

/**
 * Runs `body` and frees what it made, except the tensors found in what it returns. Throws BackendError where `body`
 * returns a promise: a stack of scopes and `await` do not mix.
 */
export function scope<T>(body: () => T): T {
  const mine: Scope = { parent: current, storages: new Set() };
  const survivors = new Set<Storage>();
  current = mine;
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new BackendError('scope', 'the body is synchronous', 'a promise', 'await outside the scope');
    }
    eachLeaf(result as Tree<unknown>, (leaf) => {
      if (leaf instanceof Tensor) survivors.add(leaf.storage);
    });
    return result;
  } finally {
    current = mine.parent;
    close(mine, survivors);
  }
}

/** Takes the tensors of a tree out of their scopes and makes them resident; free them with dispose() or replace(). */
export function keep<T>(tree: T): T {
  eachLeaf(tree as Tree<unknown>, (leaf) => {
    if (!(leaf instanceof Tensor)) return;
    const { storage } = leaf;
    storage.upload(backend(), 'keep');
    storage.array = null;
    for (let s = current; s !== null; s = s.parent) s.storages.delete(storage);
    if (!storage.kept) collected.register(storage, storage.block!);
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

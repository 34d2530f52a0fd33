/** Which batch norm follows which layer directly: what it multiplies channels by belongs to the weight before it. */

import { childPath, type Module } from '../nn/module.ts';

/** The path of the norm behind each layer that has one, by the path of the layer. */
export function normsAfter(model: Module): Map<string, string> {
  const found = new Map<string, string>();
  for (const chain of chainsOf(model, '')) {
    chain.forEach(({ path }, k) => {
      const next = chain[k + 1];
      if (next?.module.kind === 'batchNorm') found.set(path, next.path);
    });
  }
  return found;
}

interface Link {
  readonly module: Module;
  readonly path: string;
}

/** Layers in the order in which one feeds the next: sequential modules are taken apart, all others end a chain. */
function chainsOf(module: Module, path: string): Link[][] {
  const chains: Link[][] = [[]];
  const follow = (now: Module, at: string): void => {
    const children = Object.entries(now.children ?? {});
    if (now.kind === 'sequential') {
      for (const [name, child] of children) follow(child, childPath(at, name));
    } else {
      chains[0]!.push({ module: now, path: at });
      // What lies inside feeds others in ways that only the module knows.
      for (const [name, child] of children) chains.push(...chainsOf(child, childPath(at, name)));
    }
  };
  follow(module, path);
  return chains;
}

/**
 * A network as a chain of links V_i = [V_skip +] activation(W_i V_{i-1} + b_i): what block coordinate descent splits into
 * variables of its own. Perceptrons are chains, and so are residual networks of linear layers.
 */

import { FormatError } from '../../errors.ts';
import { childPath, type Module } from '../../nn/module.ts';

export const activations = ['identity', 'relu', 'hardTanh', 'hardSigmoid', 'tanh', 'sigmoid', 'gelu'] as const;
export type Activation = (typeof activations)[number];

/** A linear layer and the activation behind it. */
export interface Link {
  /** The path of the linear layer. */
  readonly layer: string;
  readonly activation: Activation;
  /** The link whose output is added behind the activation, by its place in the chain; -1 for the network's input. */
  readonly skip?: number;
}

/**
 * The links of a model in order. Throws FormatError naming the first layer that does not fit: convolutions, norms, attention,
 * dropout, activations that stand alone, shortcuts with layers of their own.
 */
export function chainOf(model: Module): Link[] {
  const builder = new Builder();
  builder.add(model, '');
  builder.close('identity');
  if (builder.links.length > 0) return builder.links;
  return refuse('a linear layer', 'none', '');
}

class Builder {
  readonly links: Link[] = [];
  /** The linear layer that waits for its activation. */
  #open: string | undefined;

  add(module: Module, path: string): void {
    if (module.kind === 'sequential') {
      for (const [name, child] of Object.entries(module.children ?? {})) this.add(child, childPath(path, name));
    } else if (module.kind === 'linear') {
      this.close('identity');
      this.#open = path;
    } else if (module.kind === 'residual') this.#addResidual(module, path);
    else if (activations.includes(module.kind as Activation)) {
      if (this.#open === undefined) refuse('a linear layer before each activation', module.kind, path);
      this.close(module.kind as Activation);
    } else if (module.kind !== 'flatten') refuse('linear layers, activations and residual blocks', module.kind, path);
  }

  close(activation: Activation): void {
    if (this.#open !== undefined) this.links.push({ layer: this.#open, activation });
    this.#open = undefined;
  }

  #addResidual({ children = {} }: Module, path: string): void {
    const { body, shortcut } = children as { body: Module; shortcut?: Module };
    if (shortcut !== undefined) refuse('shortcuts without layers', shortcut.kind, childPath(path, 'shortcut'));
    this.close('identity');
    const skip = this.links.length - 1;
    this.add(body, childPath(path, 'body'));
    this.close('identity');
    const last = this.links.at(-1);
    if (last === undefined || this.links.length - 1 === skip) refuse('a linear layer in each block', 'none', path);
    if (last.skip !== undefined) refuse('one shortcut at each output', 'another residual block', path);
    this.links[this.links.length - 1] = { ...last, skip };
  }
}

function refuse(rule: string, got: string, path: string): never {
  const where = path === '' ? '' : ` at ${path}`;
  throw new FormatError('tenbcd', `the model has ${rule}`, `${got}${where}`, 'use the model mlp or resmlp');
}

/** What a tensor format has to say: how it cuts a dense shape into modes, and its network of labels. Nothing more. */

import type { Axes, Network, Sizes } from './network.ts';

/** What an axis of a layer's weight is for. `window` axes are those of a convolution kernel. */
export type Role = 'out' | 'in' | 'window';

/** A weight as a layer asks for it: dense axes with their sizes and roles. */
export interface Axis {
  readonly size: number;
  readonly role: Role;
}

/** A format laid over a dense shape: the network, its mode sizes, and the greatest useful rank of each bond. */
export interface Layout {
  readonly net: Network;
  readonly axes: Axes;
  /** Length of every open label. */
  readonly modes: Sizes;
  /** Greatest useful rank by bond. */
  readonly bounds: Sizes;
}

/** Choices a format may offer. */
export interface LayoutOptions {
  /** Mode sizes of each axis, such as [[4, 7, 7, 4], [4, 4, 4, 4]]; each list multiplies to the axis. */
  readonly fold?: readonly (readonly number[])[];
  /**
   * Mode sizes of the first axis alone, without `fold`. The others stay whole, or are cut into as many modes where the
   * format pairs them.
   */
  readonly rows?: readonly number[];
}

export interface Format {
  readonly name: string;
  /** One line for help and tables. */
  readonly about: string;
  /** Lays the network over a shape; throws ShapeError or RankError where it cannot. */
  layout(axes: readonly Axis[], options?: LayoutOptions): Layout;
  /**
   * How ranks grow together when a budget is shared: rank of a bond = min(bound, weight * t). The default is 1 for all
   * bonds, one rank everywhere.
   */
  weight?(layout: Layout, bond: string): number;
}

/**
 * Colours of charts. The style sheet names eight, --c0 to --c7, for light and for dark ground, chosen by search so that
 * any two differ (Oklab distance of 0.11 at least) for normal sight and for the three colour blindnesses (the matrices of
 * Machado, Oliveira & Fernandes 2009).
 */

/** How many colours there are. */
export const COLORS = 8;

/** A colour of the style sheet as charts on canvas need it: what it is in the scheme of now. */
export function colorOf(property: string): string {
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(${property})`;
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

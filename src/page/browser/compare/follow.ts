/** The colour scheme by the system or the button, and the page on paper. */

import { part } from '../shared/dom.ts';

/** Width of a sheet of paper that lies: canvases do not shrink by themselves. */
const PAPER = '960px';

/** Calls `redraw` for another scheme, width or paper: canvases keep the colours and sizes that they were drawn in. */
export function follow(redraw: () => void): void {
  const scheme = document.documentElement.style;
  const toggle = part<HTMLButtonElement>('scheme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = (): boolean => (scheme.colorScheme === '' ? dark.matches : scheme.colorScheme === 'dark');
  const name = (): void => {
    toggle.textContent = isDark() ? 'light' : 'dark';
  };
  toggle.onclick = () => {
    scheme.colorScheme = isDark() ? 'light' : 'dark';
    name();
    redraw();
  };
  dark.onchange = () => {
    name();
    redraw();
  };
  name();
  const main = document.querySelector('main')!;
  let before = '';
  window.onbeforeprint = () => {
    before = scheme.colorScheme;
    scheme.colorScheme = 'light';
    main.style.width = PAPER;
    redraw();
  };
  window.onafterprint = () => {
    scheme.colorScheme = before;
    main.style.width = '';
    redraw();
  };
  let width = window.innerWidth;
  window.onresize = () => {
    // Phones resize when their bars come and go.
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    redraw();
  };
}

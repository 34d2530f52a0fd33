/** Numbers for readers. */

export const fixed = (value: number, digits: number): string => value.toFixed(digits);

/** A share as percent, with the digits that test sets of ten thousand give. */
export const percentOf = (share: number): string => (Number.isFinite(share) ? `${fixed(100 * share, 2)} %` : '–');

/** Three digits and a unit of thousands: 12.3k. */
export function counted(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  let [rest, unit] = [value, 0];
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${Number(rest.toPrecision(3))}${units[unit]}`;
}

/** 0.8 s, 12 s, 3 min 5 s, 2 h 4 min. */
export function time(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${Number(seconds.toPrecision(2))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, hours] = [Math.floor(whole / 60), Math.floor(whole / 3600)];
  const rest = whole < 3600 ? whole % 60 : minutes % 60;
  const big = whole < 3600 ? `${minutes} min` : `${hours} h`;
  return rest === 0 ? big : `${big} ${rest} ${whole < 3600 ? 's' : 'min'}`;
}

export const mebibytes = (bytes: number): string =>
  Number.isFinite(bytes) ? `${Number((bytes / 2 ** 20).toPrecision(3))} MiB` : '–';

/** A number of a chart: three digits, small and large ones by their power of ten. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e4) return counted(value);
  return size !== 0 && size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

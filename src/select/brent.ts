/** Minimization of a function of one variable on an interval by golden sections and parabolas (Brent 1973, ch. 5). */

/** 2 - golden ratio. */
const GOLDEN = 0.3819660112501051;

/**
 * The x in [low, high] with the least f(x) that was met, to about `eps` of |x|; a local minimum where f has several.
 */
export function minimize(f: (x: number) => number, low: number, high: number, eps = 1e-10, most = 200): number {
  let [a, b] = [low, high];
  let x = a + GOLDEN * (b - a);
  let [w, v] = [x, x];
  let fx = f(x);
  let [fw, fv] = [fx, fx];
  // The last step and the one before.
  let [step, before] = [0, 0];
  for (let k = 0; k < most; k++) {
    const middle = (a + b) / 2;
    const near = eps * Math.abs(x) + Number.MIN_VALUE;
    if (Math.abs(x - middle) <= 2 * near - (b - a) / 2) break;
    const [p, q] = parabola(x, fx, w, fw, v, fv);
    if (Math.abs(before) > near && Math.abs(p) < Math.abs((q * before) / 2) && p > q * (a - x) && p < q * (b - x)) {
      before = step;
      step = p / q;
      if (x + step - a < 2 * near || b - x - step < 2 * near) step = x < middle ? near : -near;
    } else {
      before = x < middle ? b - x : a - x;
      step = GOLDEN * before;
    }
    const u = Math.abs(step) >= near ? x + step : x + (step > 0 ? near : -near);
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
  return x;
}

/** The step p / q from x to the vertex of the parabola through three points, q >= 0. */
function parabola(x: number, fx: number, w: number, fw: number, v: number, fv: number): [number, number] {
  const r = (x - w) * (fx - fv);
  const q = (x - v) * (fx - fw);
  const p = (x - v) * q - (x - w) * r;
  const s = 2 * (q - r);
  return s > 0 ? [-p, s] : [p, -s];
}

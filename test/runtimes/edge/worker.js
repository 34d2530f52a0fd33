/**
 * A worker at the edge: a network in low-rank tensor form that reads digits. POST 64 numbers from 0 to 16, the 8 x 8
 * pixels row by row, as JSON. The model is loaded once, when the worker starts.
 */

import { backend, classesOf, dataSync, forward, loadModel, scope, softmax, tensor } from 'rankwise';
import file from './model.safetensors';

const { spec, model, params } = loadModel(new Uint8Array(file));
const count = spec.input.reduce((n, size) => n * size, 1);

function predict(pixels) {
  const x = Float32Array.from(pixels, (value) => (value - spec.mean[0]) / spec.std[0]);
  return scope(() => {
    const outputs = forward(model, params, tensor(x, [1, ...spec.input]));
    return { class: classesOf(outputs)[0], probabilities: [...dataSync(softmax(outputs))] };
  });
}

export default {
  async fetch(request) {
    if (request.method !== 'POST') return new Response(`POST ${count} numbers as JSON\n`, { status: 405 });
    const pixels = await request.json().catch(() => null);
    if (!Array.isArray(pixels) || pixels.length !== count || !pixels.every(Number.isFinite)) {
      return new Response(`${count} finite numbers are needed\n`, { status: 400 });
    }
    return Response.json({ ...predict(pixels), memory: backend().stats().capacity });
  },
};

/** Tasks for methods whose step goes over all the data: one step an epoch, whose batch holds nothing. */

import type { Batch, Method } from '../methods/method.ts';
import { zeros } from '../tensor/create.ts';
import type { TrainTask } from './train.ts';

/**
 * The task as a method sees it: as it is, or with one step an epoch where the method takes its examples from data(). No
 * batch is put together then.
 */
export function taskFor(method: Method, task: TrainTask): TrainTask {
  if (method.wholeData !== true) return task;
  const epochs = Math.ceil(task.totalSteps / task.stepsPerEpoch);
  function* batches(epoch: number): Generator<Batch> {
    yield { x: zeros([0]), y: zeros([0]), step: epoch, epoch };
  }
  return { ...task, stepsPerEpoch: 1, totalSteps: epochs, batches };
}

import { select } from '../../src/kernels/select.ts';
import { kernelLaws } from '../laws/kernel.ts';

kernelLaws(select);

import { scan } from '../../src/kernels/scan.ts';
import { kernelLaws } from '../laws/kernel.ts';

kernelLaws(scan);

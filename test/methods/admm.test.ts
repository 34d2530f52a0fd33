import { methodLaws } from '../laws/method.ts';

methodLaws('admm');

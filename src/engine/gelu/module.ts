import { TestedModule } from '../wasm/tested_module';
import type { GeluMicrokernels } from './microkernels';
import { passesSelfTest } from './self_test';

export const geluModule = new TestedModule<GeluMicrokernels>('gelu', passesSelfTest);

import { TestedModule } from '../wasm/tested_module';
import type { GateMicrokernels } from './microkernels';
import { passesSelfTest } from './self_test';

export const gateModule = new TestedModule<GateMicrokernels>('gate', passesSelfTest);

import { env } from '@tensorflow/tfjs-core';
import type { EngineState } from '../../engine/select';
import type { WebGPUBackend, WebGPUDevice } from '../../tfjs/webgpu_programs';
import { passesSelfTest } from './self_test';

const USE_WGSL = 'BITCORE_USE_WGSL';
env().registerFlag(USE_WGSL, () => true);

/** What is known of a GPU's device. */
interface DeviceRecord {
  state: EngineState;
  /** Resolves when the test of the programs has ended. */
  tested: Promise<void>;
  /** Why the device is lost. */
  lost?: string;
}

const records = new WeakMap<WebGPUDevice, DeviceRecord>();

/** Whether the programs can run on a GPU. The first call begins to test them; a test reads from the GPU, with `await`. */
export function programsState(backend: WebGPUBackend): EngineState {
  const { state } = recordOf(backend);
  return env().getBool(USE_WGSL) ? state : 'forbidden by a flag';
}

/** Resolves when the programs have been tested on a GPU. */
export function programsTested(backend: WebGPUBackend): Promise<void> {
  return recordOf(backend).tested;
}

/** @throws if the device is lost: all that it computes would be zeros. */
export function checkNotLost(backend: WebGPUBackend, kernel: string): void {
  const { lost } = recordOf(backend);
  if (lost == null) return;
  throw new Error(
    `${kernel}: the device of the GPU is lost${lost && ` (${lost})`}, and all tensors on it. ` +
      'Load the page again, or start the program again.',
  );
}

function recordOf(backend: WebGPUBackend): DeviceRecord {
  const { device } = backend;
  const known = records.get(device);
  if (known != null) return known;
  const record: DeviceRecord = { state: 'not tested yet', tested: Promise.resolve() };
  records.set(device, record);
  record.tested = passesSelfTest(backend).then(
    (passes) => void (record.state = passes ? 'works' : 'wrong results'),
    () => void (record.state = 'unsupported'),
  );
  void device.lost.then(({ message }) => (record.lost = message));
  return record;
}

import type { Backend } from './backend';
import { cpu } from './cpu';
import { tensorflow } from './tensorflow';
import { wasm } from './wasm';
import { webgl } from './webgl';
import { webgpu } from './webgpu/webgpu';

/** Every backend that packed products run on. */
export const BACKENDS: readonly Backend[] = [cpu, wasm, tensorflow, webgl, webgpu];

/** The backend of that name; undefined where packed products do not run on it. */
export function backendNamed(name: string): Backend | undefined {
  return BACKENDS.find((backend) => backend.name === name);
}

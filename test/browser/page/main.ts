// The page of the browser tests, or a worker of it: what they call is on `globalThis.bitcore`.
import './heap'; // before any kernel is instantiated
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import { engineInfo, ready, type EngineInfo } from 'tfjs-bitcore';
import { attentionHashes } from './attention_grid';
import { checkpointIn, continueTraining, placesInIndexedDB } from './checkpointed_training';
import { convolutionHashes } from './convolution_grid';
import { gateHashes } from './gate_grid';
import { geluHashes } from './gelu_grid';
import { heap } from './heap';
import { growHeap } from './heap_growth';
import { kernelGrid } from './kernel_grid';
import { layerLife } from './layer_grid';
import { normalizationHashes } from './normalization_grid';
import * as threads from './threads';
import * as webgpu from './webgpu';

export interface Started extends EngineInfo {
  readonly crossOriginIsolated: boolean;
  /** The class of the wasm heap's buffer. */
  readonly heap: string | undefined;
}

async function start(backend: string): Promise<Started> {
  await startBackend(backend);
  const { crossOriginIsolated } = globalThis;
  return { ...engineInfo(), crossOriginIsolated, heap: heap()?.buffer.constructor.name };
}

/** @param threads that share products, those of the engines; by default as many as the package wants. */
async function startBackend(backend: string, threads?: number): Promise<void> {
  if (threads != null) tf.env().set('BITCORE_THREADS', threads);
  setWasmPaths(new URL('.', location.href).href);
  if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
  await ready();
}

const checkpointing = { continueTraining, checkpointIn, placesInIndexedDB };
const hashes = { normalizationHashes, attentionHashes, gateHashes, geluHashes, convolutionHashes };
const lives = { layerLife, growHeap, ...checkpointing };
const bitcore = { start, startBackend, kernelGrid, ...hashes, ...lives, ...threads, ...webgpu };
export type PageApi = typeof bitcore;

Object.assign(globalThis, { bitcore });

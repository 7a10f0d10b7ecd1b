// The page of the browser tests: what they call is on `window.bitcore`.
import './heap'; // before any kernel is instantiated
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';
import { engineInfo, ready, type EngineInfo } from 'tfjs-bitcore';
import { attentionHashes } from './attention_grid';
import { checkpointIn, continueTraining, placesInIndexedDB } from './checkpointed_training';
import { geluHashes } from './gelu_grid';
import { heap } from './heap';
import { growHeap } from './heap_growth';
import { kernelGrid } from './kernel_grid';
import { layerLife } from './layer_grid';
import { normalizationHashes } from './normalization_grid';

export interface Started extends EngineInfo {
  readonly crossOriginIsolated: boolean;
  /** The class of the wasm heap's buffer. */
  readonly heap: string | undefined;
}

async function start(backend: string): Promise<Started> {
  setWasmPaths(new URL('.', location.href).href);
  if (!(await tf.setBackend(backend))) throw new Error(`The backend ${backend} did not start.`);
  await ready();
  const { crossOriginIsolated } = window;
  return { ...engineInfo(), crossOriginIsolated, heap: heap()?.buffer.constructor.name };
}

const checkpointing = { continueTraining, checkpointIn, placesInIndexedDB };
const grids = { kernelGrid, normalizationHashes, attentionHashes, geluHashes };
const bitcore = { start, layerLife, growHeap, ...grids, ...checkpointing };
export type PageApi = typeof bitcore;

Object.assign(window, { bitcore });

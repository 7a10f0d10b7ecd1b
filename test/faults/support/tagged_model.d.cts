import type { io } from '@tensorflow/tfjs';

export function artifacts(tag: number): io.ModelArtifacts;
export function tagOf(model: io.ModelArtifacts): number;

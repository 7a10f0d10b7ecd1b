import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

interface Probe {
  readonly httpGet: { readonly path: string };
}

/** A container of a manifest, as far as tests read it. */
export interface Container {
  readonly args: readonly string[];
  readonly startupProbe?: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

/** A manifest; its other parts are of many kinds. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind has another one
  readonly spec: any;
}

/** The manifests in a file of examples/deployment. */
export function manifests(file: string): Manifest[] {
  const text = readFileSync(join(__dirname, '../../examples/deployment', file), 'utf8');
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJSON() as Manifest;
  });
}

/** Their containers, by kind. */
export function containers(): Record<'Deployment' | 'ServingRuntime', Container> {
  const [deployment] = manifests('kubernetes.yaml');
  const [runtime] = manifests('kserve.yaml');
  return {
    Deployment: deployment.spec.template.spec.containers[0] as Container,
    ServingRuntime: runtime.spec.containers[0] as Container,
  };
}

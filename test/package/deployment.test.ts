import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { manifests } from '../support/manifests';

/*
 * The manifests of examples/deployment, by the schemas of Kubernetes. That the server starts with their arguments is
 * tested in test/serve.
 */

interface Checked {
  validate(): void;
}

const KINDS: Record<string, new (manifest: never) => Checked> = {
  'apps/v1 Deployment': apps.Deployment,
  'v1 Service': core.Service,
  'policy/v1 PodDisruptionBudget': policy.PodDisruptionBudget,
  'autoscaling/v2 HorizontalPodAutoscaler': autoscaling.HorizontalPodAutoscaler,
};

function check(manifest: object): void {
  const { apiVersion, kind } = manifest as { apiVersion: string; kind: string };
  new KINDS[`${apiVersion} ${kind}`](manifest as never).validate();
}

test('those of Kubernetes are what it takes', () => {
  const all = manifests('kubernetes.yaml');
  expect(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual(Object.keys(KINDS));
  for (const manifest of all) check(manifest);
  expect(() => check({ ...all[0], spec: { replicas: 'two' } })).toThrow(/replicas|spec/);
});

test('they name each other', () => {
  const [deployment, service, budget, scaler] = manifests('kubernetes.yaml');
  const { labels } = deployment.spec.template.metadata;
  expect(service.spec.selector).toEqual(labels);
  expect(budget.spec.selector.matchLabels).toEqual(labels);
  expect(deployment.spec.selector.matchLabels).toEqual(labels);
  expect(scaler.spec.scaleTargetRef.name).toBe(deployment.metadata.name);
});

test('the container of the runtime of KServe is what Kubernetes takes', () => {
  const [runtime, service] = manifests('kserve.yaml');
  const { containers } = runtime.spec;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'runtime' },
    spec: { containers },
  };
  new core.Pod(pod as never).validate();
  expect(service.spec.predictor.model.runtime).toBe(runtime.metadata.name);
});

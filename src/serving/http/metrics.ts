import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { VersionState } from '../models/served';
import type { ThreadEvents } from '../models/version';

/** What `GET /metrics` reports, in addition to the memory and time of the process. */
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Counter({
    name: 'serving_requests_total',
    help: 'Requests answered, by status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.registry],
  });
  private readonly errors = new Counter({
    name: 'serving_errors_total',
    help: 'Requests answered with an error: the status is 4xx or 5xx.',
    labelNames: ['status'],
    registers: [this.registry],
  });
  private readonly drops = new Counter({
    name: 'serving_connections_dropped_total',
    help: 'Connections ended without an answer, because there were too many.',
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'serving_request_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['route'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [this.registry],
  });
  private readonly queue = new Gauge({
    name: 'serving_queue_rows',
    help: 'Rows that wait to be computed.',
    registers: [this.registry],
  });
  private readonly batches = new Histogram({
    name: 'serving_batch_rows',
    help: 'Rows computed at once.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    registers: [this.registry],
  });

  private readonly tensors = new Gauge({
    name: 'tfjs_tensors',
    help: 'Tensors that TensorFlow.js held after the last batch.',
    registers: [this.registry],
  });
  private readonly tensorBytes = new Gauge({
    name: 'tfjs_tensor_bytes',
    help: 'Bytes of these tensors.',
    registers: [this.registry],
  });

  private readonly versions = new Gauge({
    name: 'serving_versions',
    help: 'Versions of models by state, in each worker.',
    labelNames: ['model', 'version', 'state'],
    registers: [this.registry],
  });
  private readonly failures = new Counter({
    name: 'serving_version_failures_total',
    help: 'Versions of models that could not be loaded, or ended by themselves.',
    labelNames: ['model'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  answered(method: string, route: string, status: number, seconds: number): void {
    this.requests.inc({ method, route, status });
    if (status >= 400) this.errors.inc({ status });
    this.seconds.observe({ route }, seconds);
  }

  /** An answer to data that was no request, or not a whole one. */
  refused(status: number): void {
    this.requests.inc({ method: 'none', route: 'none', status });
    this.errors.inc({ status });
  }

  /** A connection that was ended without an answer. */
  dropped(): void {
    this.drops.inc();
  }

  versionFailed(model: string): void {
    this.failures.inc({ model });
  }

  /** The state of a version, and no longer the one before; undefined if it is forgotten. */
  versionIs(model: string, version: number, state: VersionState | undefined): void {
    for (const other of ['LOADING', 'AVAILABLE', 'UNLOADING', 'END'] as const) {
      this.versions.remove({ model, version, state: other });
    }
    if (state != null) this.versions.set({ model, version, state }, 1);
  }

  /** For one of several threads: what is there now is the sum over all. */
  ofThread(): ThreadEvents {
    const share = (gauge: Gauge) => {
      let last = 0;
      return (value: number) => {
        gauge.inc(value - last);
        last = value;
      };
    };
    const queue = share(this.queue);
    const tensors = share(this.tensors);
    const bytes = share(this.tensorBytes);
    return {
      queued: queue,
      computed: (rows) => this.batches.observe(rows),
      held: (count, size) => {
        tensors(count);
        bytes(size);
      },
      ended: () => {
        for (const set of [queue, tensors, bytes]) set(0);
      },
    };
  }
}

import * as tf from '@tensorflow/tfjs';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

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

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const tensors = (name: string, help: string, read: (memory: tf.MemoryInfo) => number) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read(tf.memory()));
        },
      });
    tensors('tfjs_tensors', 'Tensors that TensorFlow.js holds.', ({ numTensors }) => numTensors);
    tensors('tfjs_tensor_bytes', 'Bytes of these tensors.', ({ numBytes }) => numBytes);
  }

  answered(method: string, route: string, status: number, seconds: number): void {
    this.requests.inc({ method, route, status });
    if (status >= 400) this.errors.inc({ status });
    this.seconds.observe({ route }, seconds);
  }

  queued(rows: number): void {
    this.queue.set(rows);
  }

  computed(rows: number): void {
    this.batches.observe(rows);
  }
}

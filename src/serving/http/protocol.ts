import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServedModels } from '../models/served';
import type { AddPredict } from './predict';

/** What the routes of a protocol tell about. */
export interface Service {
  readonly models: ServedModels;
  /** It takes no more requests. */
  isDraining(): boolean;
}

/** How a protocol is spoken over HTTP. */
export interface Protocol {
  /** The route of all that is about a model. Which models there are may change, so one leads to all. */
  readonly modelsUrl: string;
  addRoutes(http: FastifyInstance, service: Service, addPredict: AddPredict): void;
  /** What a URL of `modelsUrl` names, if it has a meaning for the method. */
  named(method: string, url: string): NamedVersion | undefined;
}

interface NamedVersion {
  readonly name: string;
  /** Undefined for the one that is served. */
  readonly number: number | undefined;
}

/** The name of a request's route in metrics, where only models that are known have theirs; else 'none'. */
export function routeOf(
  { method, url, routeOptions }: FastifyRequest,
  protocols: readonly Protocol[],
  models: ServedModels,
): string {
  const protocol = protocols.find(({ modelsUrl }) => modelsUrl === routeOptions.url);
  if (protocol == null) return routeOptions.url ?? 'none';
  const named = protocol.named(method, url);
  const versions = named == null ? undefined : models.get(named.name)?.all();
  if (named == null || versions == null) return 'none';
  const isKnown = named.number == null || versions.some(({ number }) => number === named.number);
  return isKnown ? pathOf(url) : 'none';
}

/** Without what follows a question mark. */
export function pathOf(url: string): string {
  return url.split('?')[0]!;
}

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** A request that a web page of somebody else may have made a browser send. */
export class Foreign extends Error {}

/** HTTP 1.1 wants to know whom a request is for. */
export class NoHost extends Error {}

/** Who may ask what. */
export interface OriginRules {
  /** Where it listens. */
  readonly host: string;
  /** Names of the server, beside IP addresses and localhost. */
  readonly allowHost: readonly string[];
  /** Origins of pages that may ask, beside its own. */
  readonly allowOrigin: readonly string[];
}

/** @throws NoHost, Foreign. */
export function checkRequest(
  { headers, method, httpVersion }: IncomingMessage,
  { host: address, allowHost, allowOrigin }: OriginRules,
): void {
  const { host } = headers;
  if (host == null && httpVersion === '1.1') throw new NoHost('The header Host is missing.');
  // Names of a server on a network are its administrator's matter, if no list is given.
  if (host != null && (allowHost.length > 0 || isLoopback(address))) checkHost(host, allowHost);
  // What is only read, a page of another origin cannot see: there is no CORS header.
  if (['GET', 'HEAD'].includes(method!) || allowOrigin.includes(headers.origin!)) return;
  checkOrigin(headers);
}

/**
 * Refuses requests to a name that is not the server's: a page whose own name is made to point here (DNS
 * rebinding) could otherwise read the answers.
 * @param names names that are the server's, beside IP addresses and localhost.
 * @throws Foreign
 */
function checkHost(host: string, names: readonly string[]): void {
  const name = host.replace(/:\d*$/, '').toLowerCase();
  const address = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  if (name === 'localhost' || isIP(address) !== 0 || names.includes(name)) return;
  throw new Foreign(
    'Host must be an IP address, localhost or a name given by --allow-host, ' +
      `got ${JSON.stringify(host)}.`,
  );
}

/**
 * Refuses what a browser says that a page of another origin has sent. (Such a page cannot read the answer, but
 * it needs no permission to have a form or text computed.)
 * @throws Foreign
 */
function checkOrigin({ origin, host, ...headers }: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site'];
  // Browsers send it to trustworthy addresses only, and behind a proxy it is the one that is right.
  const same =
    site != null ? ['same-origin', 'none'].includes(String(site)) : isOriginOf(origin, host);
  if (same) return;
  throw new Foreign(`The request must come from no other origin, got ${origin ?? String(site)}.`);
}

function isOriginOf(origin: string | undefined, host: string | undefined): boolean {
  return origin == null || origin.replace(/^https?:\/\//, '') === host;
}

/** Reached from this machine alone. */
function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}

const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync } = require('node:fs');
const { delimiter, join } = require('node:path');

/** Where Debian keeps the programs of a server, by version. */
const DEBIAN = '/usr/lib/postgresql';

/** The folder with the programs of a PostgreSQL server; undefined if there is none. */
function findPostgres() {
  const named = process.env.POSTGRES_BIN;
  if (named) return isServer(named) ? named : undefined;
  const onPath = (process.env.PATH ?? '').split(delimiter);
  return [...debianFolders(), ...onPath].find(isServer);
}

/** The newest version first. */
function debianFolders() {
  if (!existsSync(DEBIAN)) return [];
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, 'bin'));
}

function isServer(folder) {
  return existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb'));
}

/** Whether a server has the extension pgvector. */
function hasPgvector(bin) {
  const { stdout } = spawnSync(join(bin, 'pg_config'), ['--sharedir'], { encoding: 'utf8' });
  return existsSync(join((stdout ?? '').trim(), 'extension', 'vector.control'));
}

/** What to tell where one of them is missing. */
function postgresMissing() {
  return (
    'PostgreSQL or its extension pgvector is missing. On Debian, as root: `npm run setup:postgres`. Elsewhere let ' +
    'POSTGRES_BIN name the folder with `postgres`, `initdb` and `pg_config`, of a server with pgvector.'
  );
}

module.exports = { findPostgres, hasPgvector, postgresMissing };

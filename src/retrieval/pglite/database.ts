import type { Connection, Query } from '../sql/connection';

/** The versions that are tested together: an extension fits one version of PGlite only. */
const PEERS = {
  '@electric-sql/pglite': '0.5.14',
  '@electric-sql/pglite-pgvector': '0.0.15',
};

/**
 * Opens a database of PGlite, or makes it.
 *
 * @param place a path, or 'idb://NAME' for IndexedDB.
 */
export async function openDatabase(where: string, place: string): Promise<Connection> {
  const { PGlite, vector } = await loadPackages(where);
  try {
    return connectionOf(await PGlite.create({ dataDir: place, extensions: { vector } }));
  } catch (error) {
    const message = `${where}: ${place} cannot be opened: it is damaged, or not of PGlite ${PEERS['@electric-sql/pglite']}.`;
    throw new Error(message, { cause: error });
  }
}

/** Each name stands in an `import` of its own, where bundlers see it, and in a `try`, where it may be missing. */
async function loadPackages(where: string) {
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const { vector } = await import('@electric-sql/pglite-pgvector');
    return { PGlite, vector };
  } catch (error) {
    const packages = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
    const message = `${where} needs two more packages: npm install ${packages.join(' ')}`;
    throw new Error(message, { cause: error });
  }
}

/** What is used of a database of PGlite. */
interface Database {
  readonly query: Query;
  transaction<Result>(work: (transaction: { query: Query }) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

function connectionOf(database: Database): Connection {
  return {
    query: (sql, parameters) => database.query(sql, parameters),
    transaction: (work) =>
      database.transaction((transaction) =>
        work((sql, parameters) => transaction.query(sql, parameters)),
      ),
    close: () => database.close(),
  };
}

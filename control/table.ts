// SQLite, as the parts of an object read and write it.

/** One row of an answer. */
export type SqlRow = Record<string, SqlStorageValue>;

/** Runs a statement. @returns its rows */
export function rowsOf(storage: DurableObjectStorage, query: string, bindings: readonly SqlStorageValue[]): SqlRow[] {
  return storage.sql.exec(query, ...bindings).toArray();
}

/** What keeps some tables of an object's storage. */
export abstract class Table {
  protected readonly storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.storage = storage;
  }

  protected sql(query: string, ...bindings: SqlStorageValue[]): SqlRow[] {
    return rowsOf(this.storage, query, bindings);
  }
}

export function findPostgres(): string | undefined;
export function hasPgvector(bin: string): boolean;
export function postgresMissing(): string;

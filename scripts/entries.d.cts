declare const entries: Record<string, string>;
export = entries;

export function findChromium(): string | undefined;
export function chromiumMissing(): string;

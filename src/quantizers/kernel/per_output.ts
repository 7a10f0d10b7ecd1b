import { anyBoolean } from '../../options/check';

/** The option of rules that can give each output a scale of its own. */
export const PER_OUTPUT = { ...anyBoolean, default: false } as const;

/* The page that Chromium opens. */
import { measure } from './measure';

Object.assign(globalThis, { measure });

import { composed } from './composed';

export const webgl = composed('webgl');

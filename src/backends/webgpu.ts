import { composed } from './composed';

export const webgpu = composed('webgpu');

import * as tf from '@tensorflow/tfjs';
import type { ActivationIdentifier } from '@tensorflow/tfjs-layers/dist/keras_format/activation_config';

const classes = tf.serialization.SerializationMap.getMap().classNameMap;
const parentOf = (name: string): unknown => Object.getPrototypeOf(classes[name]![0]);

/** Every activation that tfjs registers, by name. */
export const ACTIVATIONS = Object.keys(classes)
  .filter((name) => parentOf(name) === parentOf('relu'))
  .sort() as ActivationIdentifier[];

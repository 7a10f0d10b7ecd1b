export { recallAtK } from './recall_at_k';

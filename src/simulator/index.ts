/** The front door of the simulated lab. */
export { createSimulatedBoard } from './board.ts'
export { type LabSpec, type PduSpec, type SimulatedLab, startSimulatedLab } from './lab.ts'
export type {
  BoardEvent,
  BoardFaults,
  BoardOptions,
  Noise,
  PduFaults,
  SimulatedBoard,
  SimulatedPdu,
} from './types.ts'

export { type Numbers, numbersOf, type Structure, structureOf } from "./drawn";
export type { Layers } from "./marks/mark";
export type { Meter, StageOptions, StageText } from "./options";
export { Stage } from "./stage";

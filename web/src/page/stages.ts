/** What the stages of a pass are called, in the language of the page. */

import { nameOf, t } from "../i18n/language.svelte";
import type { Dataset, Graph, Stage } from "../messages";
import { columnName } from "./names";

/** Phase and column: "Backward · hidden 2". */
export function stageTitle(stage: Stage, graph: Graph | null, dataset: Dataset | null): string {
  const phase = t(`page.phase.${stage.phase}`);
  const layer = graph?.layers[stage.layer];
  if (layer === undefined || (stage.phase !== "forward" && stage.phase !== "backward")) return phase;
  return t("page.stage.column", { phase, column: columnName(layer, dataset) });
}

/** A stage of the pass through the graph of code. */
export function codeStage(stage: Stage): { title: string; sentence: string } {
  const { phase, name } = stage;
  const spoken = t(phase === "loss" ? "page.phase.result" : `page.phase.${phase}`);
  const title = name === "" ? spoken : t("page.stage.named", { phase: spoken, name });
  if (phase === "forward" && name === "") return { title, sentence: t("page.stage.code_several") };
  return { title, sentence: phase === "update" ? "" : t(`page.stage.code_${phase}`) };
}

/** What happens in it. */
export function stageSentence(stage: Stage, depth: number): string {
  const { phase, name } = stage;
  const rule = nameOf("activation", name.replace(/\.grad$/, ""));
  switch (phase) {
    case "forward":
      if (name === "gather") return t("page.stage.examples");
      return name === "matmul" ? t("page.stage.sums") : t("page.stage.bend", { name: rule });
    case "loss":
      return t(name === "outer" ? "page.stage.mean" : "page.stage.loss");
    case "zero":
    case "seed":
    case "update":
      return t(`page.stage.${phase}`);
    case "backward":
      if (stage.layer > depth) return t("page.stage.from_loss");
      if (name === "outer") return t("page.stage.weights");
      return name === "matmul" ? t("page.stage.inputs") : t("page.stage.slope", { name: rule });
    default:
      return phase satisfies never;
  }
}

/** What marks are called, in the language of the page. */

import { t } from "../i18n/language.svelte";
import { directed, short } from "../i18n/numbers";
import type { Dataset, Graph, GraphLayer, Inspection } from "../messages";
import { nodeOf, parsed } from "../store/marks";

/** The title of a column of the stage. */
export function columnName(layer: GraphLayer, dataset: Dataset | null): string {
  switch (layer.kind) {
    case "input":
      return t(dataset?.planar ? "page.column_plane" : "page.column_input");
    case "hidden":
      return t("page.column_hidden", { number: layer.index });
    case "output":
      return t("page.column_output");
    case "loss":
      return t("page.column_loss");
    default:
      return layer.kind satisfies never;
  }
}

/** A neuron, input or output by itself: "neuron 3", "input x₁". */
export function nodeName(graph: Graph, target: string): string {
  const n = nodeOf(graph, target);
  const layer = graph.layers.find((each) => n >= each.first && n < each.first + each.count);
  const label = graph.labels[n] ?? "";
  if (layer === undefined || layer.kind === "loss") return t("page.loss_name");
  if (layer.kind === "input") return t("page.input_name", { name: label });
  if (layer.kind === "output")
    return layer.count === 1 ? t("page.column_output") : t("page.output_name", { name: label });
  return t("page.neuron_name", { number: label });
}

/** The column that a mark belongs to. */
export function layerName(graph: Graph, dataset: Dataset | null, target: string): string {
  const mark = parsed(target);
  if (mark === null || mark.kind === "loss") return "";
  const layer = graph.layers[mark.layer];
  return layer === undefined ? "" : columnName(layer, dataset);
}

/** A mark in one phrase, for a screen reader. */
export function describe(graph: Graph, dataset: Dataset | null, target: string): string {
  const mark = parsed(target);
  if (mark === null) return target;
  if (mark.kind === "loss") return t("page.loss_name");
  if (mark.kind === "bias") return t("page.describe_bias", { neuron: mark.neuron + 1, layer: mark.layer });
  if (mark.kind === "sum") return t("page.describe_sum", { neuron: mark.neuron + 1, layer: mark.layer });
  if (mark.kind === "weight") {
    return t("page.describe_weight", {
      layer: mark.layer,
      source: nodeName(graph, `n:${mark.layer - 1}:${mark.source}`),
      target: nodeName(graph, `n:${mark.layer}:${mark.neuron}`),
    });
  }
  const name = nodeName(graph, target);
  const layer = layerName(graph, dataset, target);
  return graph.layers[mark.layer]?.kind === "hidden" ? t("page.describe_neuron", { name, layer }) : name;
}

/** Terms that are read out; more would not be listened to. */
const MOST_TERMS = 3;

/** What is known of a mark in one or two sentences, to be read out. */
export function explained(inspection: Inspection, name: (target: string) => string): string {
  const { target, kind } = inspection;
  const value = inspection.value_current ? short(inspection.value) : t("page.say.not_yet");
  const gradient = inspection.gradient_current ? directed(inspection.gradient) : t("page.say.not_yet");
  if (kind === "operand") return t("page.say.operand", { name: name(target), value, gradient });
  const [own] = name(target).split(/[:：]/);
  const first = t("page.say.explained", { name: own ?? "", value, gradient });
  if (!inspection.gradient_current || inspection.terms.length === 0) return first;
  const terms = inspection.terms
    .slice(0, MOST_TERMS)
    .map((term) => `${spoken(term.target, name)} ${directed(term.value)}`);
  const others = inspection.terms.length + inspection.terms_others - terms.length;
  if (others > 0) terms.push(t("page.terms.others", { count: others }));
  return `${first} ${t("page.say.terms", { terms: terms.join(", ") })}`;
}

function spoken(target: string, name: (target: string) => string): string {
  if (target.startsWith("e:")) return t("page.terms.example", { number: Number(target.slice(2)) + 1 });
  return target === "penalty" ? t("page.terms.penalty") : (name(target).split(/[:：]/)[0] ?? "");
}

/** The peer: every mark an SVG element, changed by its attributes where its looks have changed. */
import type { Palette } from "../src/messages";
import type { Numbers, Structure } from "../src/stage";
import { outline } from "../src/stage/curve";
import { cssColours, entry, INVALID, onScreen, width } from "../src/stage/scale";
import { Scene } from "../src/stage/scene";
import { fit } from "../src/stage/view";

const SVG = "http://www.w3.org/2000/svg";
const EDGE_WIDTH = 2;
const INSETS = { top: 84, right: 40, bottom: 64, left: 40 };

export class SvgScene {
  private readonly svg = document.createElementNS(SVG, "svg");
  private readonly world = document.createElementNS(SVG, "g");
  private readonly scene: Scene;
  private readonly colours: string[];
  private readonly edges: SVGPathElement[] = [];
  private readonly nodes: SVGRectElement[] = [];
  private readonly texts: SVGTextElement[] = [];
  private view: { zoom: number; x: number; y: number };

  constructor(
    host: HTMLElement,
    structure: Structure,
    private readonly palette: Palette,
  ) {
    this.scene = new Scene(structure);
    this.colours = cssColours(palette.gradient);
    this.view = fit(this.scene.box, host.clientWidth, host.clientHeight, INSETS);
    this.svg.setAttribute("width", "100%");
    this.svg.setAttribute("height", "100%");
    this.svg.style.position = "absolute";
    const { scene, world } = this;
    for (let e = 0; e < scene.edges; e++) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", outline(scene.ends(e)));
      path.setAttribute("fill", "none");
      path.setAttribute("stroke", "#dfe1e4");
      world.append(path);
      this.edges.push(path);
    }
    for (let n = 0; n < scene.nodes; n++) {
      const side = scene.size[n]!;
      const rect = document.createElementNS(SVG, "rect");
      const text = document.createElementNS(SVG, "text");
      for (const [key, value] of Object.entries({
        x: scene.x[n]! - side / 2,
        y: scene.y[n]! - (side * scene.aspect) / 2,
        width: side,
        height: side * scene.aspect,
        rx: 7,
        fill: "#fffefc",
        stroke: "#626a76",
      }))
        rect.setAttribute(key, String(value));
      text.setAttribute("x", String(scene.x[n]!));
      text.setAttribute("y", String(scene.y[n]! + (side * scene.aspect) / 2 + 14));
      text.setAttribute("text-anchor", "middle");
      text.setAttribute("font-size", "11");
      world.append(rect, text);
      this.nodes.push(rect);
      this.texts.push(text);
    }
    this.svg.append(world);
    this.place();
    host.append(this.svg);
  }

  get elements(): number {
    return this.edges.length + 2 * this.nodes.length;
  }

  frame(numbers: Numbers): void {
    const { scene, palette } = this;
    const { parameter } = scene.graph;
    for (let e = 0; e < scene.edges; e++) {
      const p = parameter[e]!;
      if (p < 0) continue;
      const colour = entry(palette.gradient.thresholds, numbers.gradients[p]!);
      change(this.edges[e]!, "stroke", colour === INVALID ? palette.invalid : this.colours[colour]!);
      const wide = onScreen(width(numbers.parameters[p]!, EDGE_WIDTH), this.view.zoom) / this.view.zoom;
      change(this.edges[e]!, "stroke-width", wide.toFixed(2));
    }
    for (let n = 0; n < scene.nodes; n++) {
      const text = numbers.values[n]!.toPrecision(3);
      if (this.texts[n]!.textContent !== text) this.texts[n]!.textContent = text;
    }
  }

  move(dx: number, dy: number, factor: number): void {
    const { zoom, x, y } = this.view;
    const { clientWidth, clientHeight } = this.svg;
    const [cx, cy] = [clientWidth / 2, clientHeight / 2];
    this.view = { zoom: zoom * factor, x: cx - (cx - x) * factor + dx, y: cy - (cy - y) * factor + dy };
    this.place();
  }

  end(): void {
    this.svg.remove();
  }

  private place(): void {
    const { zoom, x, y } = this.view;
    this.world.setAttribute("transform", `matrix(${zoom},0,0,${zoom},${x},${y})`);
  }
}

function change(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

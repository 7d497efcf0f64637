/**
 * SVG elements that are used again: what is marked changes with every frame, its elements hardly ever. They keep the
 * order in which they are asked for, and only attributes that differ are written.
 */
const SVG = "http://www.w3.org/2000/svg";
/** Spare elements of one kind that are kept for later. */
const SPARE = 128;

export type Attributes = Readonly<Record<string, string>>;

export class Pool {
  private readonly spare = new Map<string, SVGElement[]>();
  private readonly written = new WeakMap<SVGElement, Attributes>();
  private next = 0;

  constructor(private readonly parent: SVGElement) {}

  /** From here on elements are asked for anew, from the first. */
  begin(): void {
    this.next = 0;
  }

  /** The next element, of this kind and with just these attributes. */
  add(name: string, attributes: Attributes, text = ""): void {
    const here = this.parent.children[this.next] as SVGElement | undefined;
    let element = here;
    if (here?.localName !== name) {
      element = this.spare.get(name)?.pop() ?? this.parent.ownerDocument.createElementNS(SVG, name);
      if (here === undefined) this.parent.append(element);
      else {
        here.replaceWith(element);
        this.keep(here);
      }
    }
    this.next++;
    const before = this.written.get(element!) ?? {};
    for (const key of Object.keys(before)) if (!(key in attributes)) element!.removeAttribute(key);
    for (const [key, value] of Object.entries(attributes))
      if (before[key] !== value) element!.setAttribute(key, value);
    if (element!.textContent !== text) element!.textContent = text;
    this.written.set(element!, attributes);
  }

  /** Nothing more is asked for: what is left from before goes. */
  end(): void {
    while (this.parent.children.length > this.next) {
      const last = this.parent.lastElementChild as SVGElement;
      last.remove();
      this.keep(last);
    }
  }

  private keep(element: SVGElement): void {
    const spare = this.spare.get(element.localName) ?? [];
    if (spare.length < SPARE) spare.push(element);
    this.spare.set(element.localName, spare);
  }
}

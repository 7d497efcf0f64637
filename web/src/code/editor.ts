/**
 * The editor: CodeMirror in a shadow root of its own, where it may bring its styles under a strict content security
 * policy. Loaded only when code is shown.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface Flawed {
  line: number;
  /** Columns from 1, the last left out; 0 where only the line is known. */
  column: number;
  end: number;
}

export interface EditorOptions {
  text: string;
  label: string;
  signal: AbortSignal;
  onChange(text: string): void;
  /** The pointer, or the caret, is on this line; 0: it has left. */
  onLine(line: number): void;
}

interface Marks {
  flaw: Flawed | null;
  lit: number;
}

const mark = StateEffect.define<Partial<Marks>>();

const marks = StateField.define<Marks & { shown: DecorationSet }>({
  create: () => ({ flaw: null, lit: 0, shown: Decoration.none }),
  update(before, transaction) {
    let now = before;
    for (const effect of transaction.effects) if (effect.is(mark)) now = { ...now, ...effect.value };
    if (transaction.docChanged && now.flaw !== null) now = { ...now, flaw: null };
    if (now === before && !transaction.docChanged) return before;
    return { ...now, shown: decorated(transaction.state, now) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ shown }) => shown),
});

const litLine = Decoration.line({ class: "lit" });
const flawLine = Decoration.line({ class: "flaw" });
const flawSpan = Decoration.mark({ class: "squiggle" });

function decorated(state: EditorState, { flaw, lit }: Marks): DecorationSet {
  const found = [];
  const inside = (line: number) => line >= 1 && line <= state.doc.lines;
  if (inside(lit)) found.push(litLine.range(state.doc.line(lit).from));
  if (flaw !== null && inside(flaw.line)) {
    const line = state.doc.line(flaw.line);
    found.push(flawLine.range(line.from));
    const from = Math.min(line.to, line.from + Math.max(0, flaw.column - 1));
    const to = Math.min(line.to, Math.max(from + 1, line.from + flaw.end - 1));
    if (flaw.column > 0 && to > from) found.push(flawSpan.range(from, to));
  }
  return Decoration.set(found, true);
}

const look = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword, tags.controlKeyword], fontWeight: "650" },
  { tag: [tags.comment, tags.string], color: "var(--ink-2)" },
  { tag: tags.comment, fontStyle: "italic" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", fontSize: "12.5px", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--select)", outlineOffset: "-2px", borderRadius: "8px" },
  ".cm-scroller": {
    fontFamily: "var(--mono)",
    fontVariantLigatures: "none",
    lineHeight: "1.6",
    overflow: "auto",
  },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-line": { padding: "0 10px 0 6px" },
  ".cm-gutters": { backgroundColor: "transparent", border: "0", color: "var(--ink-2)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "28px", padding: "0 6px 0 8px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--select) 22%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--soft-2)" },
  ".lit": { backgroundColor: "color-mix(in srgb, var(--select) 13%, transparent)" },
  ".flaw": { backgroundColor: "var(--error-soft)" },
  ".squiggle": {
    textDecoration: "underline wavy var(--error)",
    textDecorationSkipInk: "none",
    textUnderlineOffset: "3px",
  },
});

export class Editor {
  private readonly view: EditorView;
  /** What is set from outside is no news to tell. */
  private quiet = false;

  constructor(host: HTMLElement, options: EditorOptions) {
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    const parent = host.ownerDocument.createElement("div");
    parent.style.height = "100%";
    root.replaceChildren(parent);
    this.view = new EditorView({
      parent,
      root,
      state: EditorState.create({
        doc: options.text,
        extensions: [
          lineNumbers(),
          history(),
          bracketMatching(),
          indentUnit.of("    "),
          python(),
          syntaxHighlighting(look),
          theme,
          marks,
          keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
          EditorView.contentAttributes.of({
            "aria-label": options.label,
            spellcheck: "false",
            tabindex: "0",
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !this.quiet) options.onChange(update.state.doc.toString());
            if ((update.selectionSet || update.focusChanged) && update.view.hasFocus) {
              options.onLine(update.state.doc.lineAt(update.state.selection.main.head).number);
            } else if (update.focusChanged) options.onLine(0);
          }),
          EditorView.domEventHandlers({
            mousemove: (event, view) => {
              const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
              options.onLine(at === null ? 0 : view.state.doc.lineAt(at).number);
            },
            mouseleave: () => options.onLine(0),
          }),
        ],
      }),
    });
    options.signal.addEventListener("abort", () => this.view.destroy());
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Put other code in the place of what is there; it can be undone. */
  write(text: string): void {
    if (text === this.text) return;
    this.quiet = true;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    this.quiet = false;
  }

  /** Mark where something is wrong. */
  blame(flaw: Flawed | null): void {
    this.view.dispatch({ effects: mark.of({ flaw }) });
  }

  /** Light up the line that made a value; 0: none. `reveal` scrolls to it. */
  light(line: number, reveal: boolean): void {
    const { state } = this.view;
    const effects: StateEffect<unknown>[] = [mark.of({ lit: line })];
    if (reveal && line >= 1 && line <= state.doc.lines) {
      effects.push(EditorView.scrollIntoView(state.doc.line(line).from, { y: "nearest", yMargin: 30 }));
    }
    this.view.dispatch({ effects });
  }
}

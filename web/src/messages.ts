// Generated from src/chainrule/config.py and, in src/chainrule/session, commands, events, explanations and
// experiment. Do not edit; run `python -m chainrule.protocol.typescript` instead.

export const SCHEMA = "3758d4020ae2";

/** First message of a connection: which session to resume (empty: a new one) and the last ``seq`` seen. */
export interface Hello {
  readonly type: "hello";
  readonly id: number;
  readonly session?: string;
  readonly seq?: number;
}

/** Train until paused, at the chosen pace. */
export interface Play {
  readonly type: "play";
  readonly id: number;
}

/** Stop before the next step. */
export interface Pause {
  readonly type: "pause";
  readonly id: number;
}

/**
 * Pause, then one operation, layer or phase of the pass, one batch, or on to the end of the current epoch; or
 * ``back`` as far.
 */
export interface Step {
  readonly type: "step";
  readonly id: number;
  readonly unit?: "op" | "layer" | "phase" | "batch" | "epoch";
  readonly back?: boolean;
}

/** Pause where ``cursor`` operations of the current pass are done. */
export interface Seek {
  readonly type: "seek";
  readonly id: number;
  readonly cursor: number;
}

/** Pause training and go through the stages of the pass, one after the other, until paused. */
export interface Follow {
  readonly type: "follow";
  readonly id: number;
}

/** How the stages are followed: what is a stage, how many milliseconds it takes, whether the pass is repeated. */
export interface SetTempo {
  readonly type: "settempo";
  readonly id: number;
  readonly unit: "op" | "layer" | "phase";
  readonly milliseconds: number;
  readonly loop: boolean;
}

/** Back to step 0 with the very same initial weights; keeps playing if it was playing. */
export interface Restart {
  readonly type: "restart";
  readonly id: number;
}

/** Back to step 0 with a new seed: other weights, other points, another order of batches. */
export interface Renew {
  readonly type: "renew";
  readonly id: number;
}

/** Change the experiment: new values by path (``{"training.learning_rate": 0.03}``), all or none. */
export interface Edit {
  readonly type: "edit";
  readonly id: number;
  readonly changes?: Readonly<Record<string, string | number | readonly number[] | readonly string[]>>;
}

/**
 * Give a weight or a bias (``w:L:J:I``, ``b:L:J``), or a leaf of the code (``v:N``), another value; only what
 * depends on it is computed again.
 */
export interface SetParameter {
  readonly type: "setparameter";
  readonly id: number;
  readonly target: string;
  readonly value: number;
}

/** Training steps a second while playing. */
export interface Pace {
  readonly type: "pace";
  readonly id: number;
  readonly steps_per_second: number;
}

/** Which example of the current batch the graph shows, from 0; ``null`` shows the mean over the batch. */
export interface Look {
  readonly type: "look";
  readonly id: number;
  readonly example?: number | null;
}

/** Explain one mark in every frame from now on (``null``: nothing). Targets are named as in ``Graph``. */
export interface Inspect {
  readonly type: "inspect";
  readonly id: number;
  readonly target?: string | null;
}

/** Show these neurons from inside in every frame from now on (``n:L:J``; none: no more). */
export interface Open {
  readonly type: "open";
  readonly id: number;
  readonly targets?: readonly string[];
}

/** Check the gradient of any mark but the loss, or of a value of the code, by dual numbers and by differences. */
export interface Verify {
  readonly type: "verify";
  readonly id: number;
  readonly target: string;
}

/** Show the network, or the graph of the code in its place; whatever goes by itself stops. */
export interface Show {
  readonly type: "show";
  readonly id: number;
  readonly what: "network" | "code";
}

/** The code is this now: run it. A run under way is given up. */
export interface Write {
  readonly type: "write";
  readonly id: number;
  readonly text: string;
}

/** Give up the run of the code. */
export interface Halt {
  readonly type: "halt";
  readonly id: number;
}

/** Lay the graph of the code out in another way. */
export interface Arrange {
  readonly type: "arrange";
  readonly id: number;
  readonly layout: string;
}

/** The frame with this ``seq`` has been painted; the host keeps at most two unpainted frames under way. */
export interface Ack {
  readonly type: "ack";
  readonly id: number;
  readonly seq: number;
}

/** How much may be drawn, computed and kept at once. */
export interface Performance {
  readonly max_nodes_per_frame: number;
  readonly render_throttle_ms: number;
  readonly worker_pool_size: number;
  readonly cache_size_mb: number;
}

/** Gradients of a magnitude above ``value`` stand out; ``relative``: a share of the largest, 0 to 1. */
export interface Highlight {
  readonly value: number;
  readonly relative: boolean;
}

/** How it looks: pixels, milliseconds, and ``#rrggbb`` for a negative, a zero and a positive gradient. */
export interface Visualization {
  readonly node_radius: number;
  readonly edge_width: number;
  readonly gradient_color_range: readonly string[];
  readonly animation_duration: number;
  readonly highlight_threshold: Highlight;
}

/** How exactly and how far it computes. */
export interface Computation {
  readonly gradient_precision: number;
  readonly update_threshold: number;
  readonly max_iterations: number;
  readonly batch_size_limit: number;
}

/** How large a network may grow and how long it may train. Layers are hidden layers. */
export interface NetworkLimits {
  readonly max_layers: number;
  readonly max_neurons_per_layer: number;
  readonly max_total_parameters: number;
  readonly max_training_steps: number;
}

/** How much the code of the code view may use: seconds, mebibytes, values of its graph, printed characters. */
export interface CodeLimits {
  readonly max_seconds: number;
  readonly max_memory_mb: number;
  readonly max_values: number;
  readonly max_printed: number;
}

/** All settings; ``Settings()`` are the defaults. */
export interface Settings {
  readonly performance: Performance;
  readonly visualization: Visualization;
  readonly computation: Computation;
  readonly network_limits: NetworkLimits;
  readonly code_limits: CodeLimits;
}

/**
 * One data set of the menu. ``thumbnail`` is flat ``x, y, class`` triples in [-1, 1], or, where
 * ``pixels`` is not 0, a square picture of that side, row by row, 0 to 1.
 */
export interface DatasetChoice {
  readonly name: string;
  readonly task: "binary" | "multiclass" | "regression";
  readonly generated: boolean;
  readonly inputs: number;
  readonly classes: number;
  readonly rows: number;
  readonly pixels: number;
  readonly thumbnail: Float32Array;
}

/**
 * What one path of the experiment may hold; the page builds its control from this, the session checks by it.
 *
 * Numbers have ``low <= value <= high`` and ``step`` (0: any); ``scale`` says how a slider spreads them.
 * Choices list their names; ``names`` is a list of some of them, at least one. ``layers`` marks ``network.hidden``:
 * ``low``/``high`` bound a layer's neurons.
 */
export interface FieldSpec {
  readonly path: string;
  readonly kind: "number" | "integer" | "choice" | "names" | "layers";
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly scale: "linear" | "log";
  readonly choices: readonly string[];
}

/** One entry of a menu with its hyperparameters (learning rate apart), their defaults and bounds. */
export interface RuleChoice {
  readonly name: string;
  readonly defaults: Readonly<Record<string, number>>;
  readonly fields: readonly FieldSpec[];
}

/** The entries for one path of the experiment (``training.optimiser``, ``training.schedule`` …). */
export interface RuleMenu {
  readonly path: string;
  readonly choices: readonly RuleChoice[];
}

/** One loss of the menu and the tasks it fits. */
export interface LossChoice {
  readonly name: string;
  readonly tasks: readonly string[];
}

/** An example of the code view. */
export interface ScriptChoice {
  readonly name: string;
  readonly text: string;
}

/** Everything that can be chosen. ``layouts`` are those of a graph of operations. */
export interface Catalogue {
  readonly datasets: readonly DatasetChoice[];
  readonly activations: readonly string[];
  readonly menus: readonly RuleMenu[];
  readonly losses: readonly LossChoice[];
  readonly fields: readonly FieldSpec[];
  readonly scripts: readonly ScriptChoice[];
  readonly layouts: readonly string[];
}

/**
 * A diverging colour scale as a table, for one theme: 255 RGB triples, entry 127 the neutral.
 *
 * A number x has entry ``127 + sign(x) * k``, k = how many of ``thresholds`` (127 ascending magnitudes)
 * are <= |x|. So the formula of the scale stands in Python only.
 */
export interface Ramp {
  readonly colours: Uint8Array;
  readonly thresholds: Float64Array;
}

/**
 * The ramps of one theme, for plain or (``safe``) colour-blind sight, and the ticks that the legend names, with the
 * kind of each scale. ``classes`` are the colours of classes 0, 1, 2 … as flat RGB.
 */
export interface Palette {
  readonly theme: "light" | "dark";
  readonly sight: "plain" | "safe";
  readonly gradient: Ramp;
  readonly gradient_scale: "symlog" | "linear";
  readonly gradient_limit: number;
  readonly value: Ramp;
  readonly value_limit: number;
  readonly invalid: string;
  readonly classes: Uint8Array;
}

/** First event of a connection. */
export interface Welcome {
  readonly type: "welcome";
  readonly seq: number;
  readonly schema: string;
  readonly version: string;
  readonly session: string;
  readonly resumed: boolean;
  readonly settings: Settings;
  readonly catalogue: Catalogue;
  readonly palettes: readonly Palette[];
  readonly max_steps: number;
  readonly paces: readonly number[];
}

/**
 * Which examples to learn from.
 *
 * ``name`` is a data set of the catalogue. ``points`` and ``noise`` shape generated sets only; shipped
 * and own sets have the rows they have. ``train_share`` is the part used for training, the rest validates.
 * ``features`` are what the network gets of a plane; other sets have the features they have.
 */
export interface DataChoice {
  readonly name: string;
  readonly points: number;
  readonly noise: number;
  readonly train_share: number;
  readonly features: readonly string[];
}

/**
 * The hidden layers, input side first: neurons of each, and what they share: the activation, how their sums are
 * normalised, the part of their outputs that training drops. ``initialiser`` draws the weights to begin with.
 */
export interface NetworkShape {
  readonly hidden: readonly number[];
  readonly activation: string;
  readonly normalisation: string;
  readonly dropout: number;
  readonly initialiser: string;
}

/**
 * How it learns. ``hyper`` holds the hyperparameters of the optimiser (the learning rate apart), the schedule, the
 * regulariser and the clipping, by name.
 */
export interface Training {
  readonly optimiser: string;
  readonly learning_rate: number;
  readonly hyper: Readonly<Record<string, number>>;
  readonly loss: string;
  readonly batch_size: number;
  readonly schedule: string;
  readonly regulariser: string;
  readonly clipping: string;
}

/** Data, network, training and the seed from which all randomness of the run is drawn. */
export interface Experiment {
  readonly data: DataChoice;
  readonly network: NetworkShape;
  readonly training: Training;
  readonly seed: number;
}

/**
 * One operation of the pass of a step. ``layer``: 0 the input, one more than the last layer's number the loss;
 * of an update 0. ``name``: a rule, its ``.grad`` or ``.update``, or what the machine does (``matmul`` …).
 */
export interface Stage {
  readonly phase: "forward" | "loss" | "zero" | "seed" | "backward" | "update";
  readonly layer: number;
  readonly name: string;
}

/**
 * How the stages of a pass are followed: what counts as a stage, how long it takes, whether the pass is gone
 * through again and again instead of going on to the update.
 */
export interface Tempo {
  readonly unit: "op" | "layer" | "phase";
  readonly milliseconds: number;
  readonly loop: boolean;
}

/**
 * The experiment as it stands, and how it is run. ``hyper`` is complete (defaults filled in). ``timeline``: the
 * operations of a pass, in order, the update last.
 */
export interface Document {
  readonly type: "document";
  readonly seq: number;
  readonly revision: number;
  readonly experiment: Experiment;
  readonly task: "binary" | "multiclass" | "regression";
  readonly parameters: number;
  readonly pace: number;
  readonly example: number | null;
  readonly timeline: readonly Stage[];
  readonly tempo: Tempo;
}

/**
 * The examples. Binary sets with two inputs lie on a plane: ``x``, ``y`` in units of ``extent`` (the map
 * covers [-extent, extent] both ways). Others leave ``x``, ``y`` empty. ``split``: 0 training, 1 validation.
 * ``value`` holds the targets of a regression as the network learns them; empty for classifications.
 */
export interface Dataset {
  readonly type: "dataset";
  readonly seq: number;
  readonly revision: number;
  readonly name: string;
  readonly planar: boolean;
  readonly extent: number;
  readonly features: readonly string[];
  readonly classes: readonly string[];
  readonly training_rows: number;
  readonly validation_rows: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly label: Uint8Array;
  readonly value: Float32Array;
  readonly split: Uint8Array;
}

/**
 * One column of the stage. ``first`` and ``count`` index the nodes; ``wrap`` is how many nodes stand side by
 * side in one row of the column (an image's input is as wide as the image, a large hidden layer as keeps it
 * readable). ``x`` is the column's centre.
 */
export interface GraphLayer {
  readonly index: number;
  readonly kind: "input" | "hidden" | "output" | "loss";
  readonly operation: string;
  readonly first: number;
  readonly count: number;
  readonly wrap: number;
  readonly x: number;
}

/**
 * The structure with its layout. Node n is ``name[n]``, centred at (x, y), ``size`` wide, in pixels at zoom 1.
 *
 * Edge e runs from node ``source[e]`` to ``target[e]``; ``parameter[e]`` indexes the frame's parameters and
 * gradients, -1 for an edge without a weight. ``bias[n]`` is the parameter of node n's bias, -1 without. ``came`` says
 * of each column but the loss which one of the graph before it has become, -1 for a new one: marks are named by
 * their places, and an edit may move them.
 */
export interface Graph {
  readonly type: "graph";
  readonly seq: number;
  readonly revision: number;
  readonly layers: readonly GraphLayer[];
  readonly names: readonly string[];
  readonly labels: readonly string[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly size: Float32Array;
  readonly bias: Int32Array;
  readonly source: Int32Array;
  readonly target: Int32Array;
  readonly parameter: Int32Array;
  readonly width: number;
  readonly height: number;
  readonly came: readonly number[];
}

/**
 * Where the pass of ``step`` stands: ``cursor`` of its operations are done, the last of them described by
 * ``phase``, ``layer`` and ``name``. ``resting``: everything but the update is done. ``following``: it goes on by
 * itself.
 *
 * Values are those of this pass up to layer ``values_to`` (-1: none yet; one more than the last layer: the loss too).
 * Gradients of this pass are there from the loss back to the weights of layer ``gradients_from`` (of the nodes of
 * the layer before); depth + 1: to the outputs, depth + 2: the loss's own, 1, depth + 3: none yet. Other gradients
 * are 0 when ``cleared``, else what is left of the pass before.
 */
export interface Moment {
  readonly cursor: number;
  readonly step: number;
  readonly phase: "forward" | "loss" | "zero" | "seed" | "backward" | "update";
  readonly layer: number;
  readonly name: string;
  readonly resting: boolean;
  readonly following: boolean;
  readonly values_to: number;
  readonly gradients_from: number;
  readonly cleared: boolean;
}

/** A weight or a bias, and the change that the next update will make to it. */
export interface Mover {
  readonly target: string;
  readonly change: number;
}

/** One factor of a formula: its LaTeX and the number it stands for. */
export interface Term {
  readonly latex: string;
  readonly value: number;
}

/**
 * One term of a sum that makes a gradient: a product of ``factors``. ``target`` is the mark it passes, ``e:N`` for
 * example N of the batch, ``penalty`` for the regulariser.
 */
export interface Contribution {
  readonly target: string;
  readonly latex: string;
  readonly factors: readonly Term[];
  readonly value: number;
}

/** One factor of a path, the mark it belongs to, and the product of all factors so far. */
export interface PathStep {
  readonly target: string;
  readonly latex: string;
  readonly factor: number;
  readonly product: number;
}

/** A way from the loss to a number: its factors in that order, ``value`` their product. */
export interface Path {
  readonly steps: readonly PathStep[];
  readonly value: number;
}

/**
 * What is known of the selected mark at this frame's step.
 *
 * ``forward`` is the LaTeX of how its value arises, ``backward`` of how its gradient does; ``factors`` multiply to
 * the gradient where one example is shown (empty for a batch): ``gradient`` is then that example's part of
 * ``batch_gradient``. ``change`` is what the next update will add to a parameter (0 for others) and ``moves`` its
 * direction; an optimiser that remembers earlier gradients may move against what ``batch_gradient`` alone says.
 * ``terms`` and what ``terms_others`` more add up to (``terms_remainder``) add up to ``gradient``; so do ``paths``,
 * the largest of ``paths_count``, and ``paths_remainder``. ``paths_state`` says why there are none: the whole
 * ``batch`` is shown, normalisation makes paths ``mixed``, or training is ``busy``. ``values`` and ``gradients`` are
 * those of the whole batch at ``steps``, as far as they were recorded.
 * A ``probability`` shows the softmax of a neuron's sum, and the gradient of that sum. In the graph of code a
 * ``leaf``, an ``operation`` or the ``result`` is explained in the same way; an ``operand`` is an edge, its value the
 * local derivative, its gradient what flows along it. ``kept`` is then the ``.grad`` that the code was left with,
 * and ``steps`` count the calls of ``backward``, after each of which a leaf had these values and ``.grad``. Where the
 * pass has not handed on all of such a gradient, ``gradient`` is what ``terms`` add up to so far. ``written`` is what
 * the code has for a leaf that was given another number.
 */
export interface Inspection {
  readonly target: string;
  readonly kind: "weight" | "bias" | "sum" | "neuron" | "probability" | "input" | "loss" | "leaf" | "operation" | "operand" | "result";
  readonly layer: number;
  readonly value: number;
  readonly before: number;
  readonly gradient: number;
  readonly value_current: boolean;
  readonly gradient_current: boolean;
  readonly batch_gradient: number;
  readonly change: number;
  readonly forward: string;
  readonly backward: string;
  readonly factors: readonly Term[];
  readonly terms: readonly Contribution[];
  readonly terms_others: number;
  readonly terms_remainder: number;
  readonly paths: readonly Path[];
  readonly paths_count: number;
  readonly paths_remainder: number;
  readonly paths_state: "shown" | "batch" | "mixed" | "busy" | "large";
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly gradients: readonly number[];
  readonly moves: "up" | "down" | "stays" | "none";
  readonly kept: number;
  readonly written: number;
}

/**
 * One operation inside a neuron, with its value and the gradient of the loss with respect to it. A ``product`` has
 * its ``weight`` and ``input`` (NaN for others); an ``exponential`` and the ``partition`` function of a softmax have
 * no gradient of their own (NaN). ``rest`` is what products left out add up to, ``label`` their number; else ``label``
 * is LaTeX. ``normal`` is the sum after its layer's normalisation. ``local`` is the derivative of what reads it with
 * respect to it: one number for one example, NaN for a batch, or where a whole layer is mixed. ``target`` is the mark
 * it stands for, or empty.
 */
export interface Cell {
  readonly kind: "product" | "rest" | "bias" | "sum" | "normal" | "exponential" | "partition" | "activation";
  readonly target: string;
  readonly label: string;
  readonly weight: number;
  readonly input: number;
  readonly value: number;
  readonly gradient: number;
  readonly local: number;
}

/**
 * A neuron from inside, in the order of computation. ``dropped``: dropout acts on it, and its part of the last
 * ``local`` is 0 where this example has it dropped. ``value_current``, ``gradient_current``: as in ``Inspection``.
 */
export interface Opened {
  readonly target: string;
  readonly operation: string;
  readonly dropped: boolean;
  readonly value_current: boolean;
  readonly gradient_current: boolean;
  readonly cells: readonly Cell[];
}

/**
 * The run at one step, whole and coherent: parameters, and the values, loss and gradients that these very
 * parameters give on the current batch (the update that these gradients will make has not happened yet). In the
 * middle of a pass ``moment`` says which of them are already there.
 *
 * ``parameters``, ``gradients``: by parameter; ``values``, ``adjoints``: by node of the graph. Where ``example`` of
 * the batch is shown, its values and its part of the gradients; when that is null, mean values and whole gradients.
 * ``batch_loss`` is of the batch, ``penalty`` what the regulariser adds to it; the others are over whole sets, NaN
 * where the task has no such measure. ``rate`` is the learning rate of the next update; at rest and not
 * playing, ``predicted_change`` of the objective on this batch is what its gradient says of that update, to first
 * order, ``actual_change`` what it will be; else NaN. ``movers`` are then the parameters that it will move furthest,
 * each with its change. ``row`` is the example's row in the data (-1 for the batch), ``wanted`` what each output is
 * to be for it. ``recomputed`` counts the nodes that the last change computed anew. ``maps``: node by node (loss left
 * out) a picture of ``map_width`` x ``map_height``, row by row from the top, -127 … 127 for a value of -1 … 1
 * (clipped; -128 marks NaN). On a plane a picture is the response over the plane; else each row shows examples of one
 * class. ``opened``: the neurons that were asked for, from inside. ``confusion``: true class by predicted class,
 * counts on the validation set. ``curve``: flat ``step, training loss, validation loss`` triples since the last
 * frame delivered; ``curve_reset`` says to forget the earlier ones.
 */
export interface Frame {
  readonly type: "frame";
  readonly seq: number;
  readonly revision: number;
  readonly step: number;
  readonly epoch: number;
  readonly playing: boolean;
  readonly moment: Moment;
  readonly example: number | null;
  readonly batch: number;
  readonly batch_loss: number;
  readonly training_loss: number;
  readonly validation_loss: number;
  readonly training_accuracy: number;
  readonly validation_accuracy: number;
  readonly training_r2: number;
  readonly validation_r2: number;
  readonly penalty: number;
  readonly rate: number;
  readonly predicted_change: number;
  readonly actual_change: number;
  readonly movers: readonly Mover[];
  readonly row: number;
  readonly wanted: readonly number[];
  readonly recomputed: number;
  readonly parameters: Float64Array;
  readonly gradients: Float64Array;
  readonly values: Float64Array;
  readonly adjoints: Float64Array;
  readonly map_width: number;
  readonly map_height: number;
  readonly maps: Int8Array;
  readonly confusion: Float64Array;
  readonly curve: Float64Array;
  readonly curve_reset: boolean;
  readonly inspection: Inspection | null;
  readonly opened: readonly Opened[];
}

/**
 * What went wrong: the ``line`` and columns of the code from 1 (0: nowhere in particular), the name of the
 * exception and its words; ``number`` is the limit that was passed.
 */
export interface Flaw {
  readonly kind: "syntax" | "error" | "time" | "memory" | "printed" | "nodes" | "empty" | "died" | "cancelled";
  readonly line: number;
  readonly column: number;
  readonly end_column: number;
  readonly name: string;
  readonly words: string;
  readonly number: number;
}

/**
 * The code view: whether it is ``shown`` in place of the network, its ``text``, and how run number ``run`` of it
 * fares. ``nodes`` and ``operations`` count the graph, ``passes`` the calls of ``backward``. ``moved``: the code has
 * changed numbers after they were used, and the values shown are computed anew from the leaves. ``timeline``: the
 * stages of a pass through the graph, as in ``Document``. ``current``: the graph is that of the last run, which
 * otherwise gave none.
 */
export interface Script {
  readonly type: "script";
  readonly seq: number;
  readonly shown: boolean;
  readonly text: string;
  readonly run: number;
  readonly state: "running" | "done";
  readonly flaw: Flaw | null;
  readonly printed: string;
  readonly layout: string;
  readonly nodes: number;
  readonly operations: number;
  readonly passes: number;
  readonly moved: boolean;
  readonly current: boolean;
  readonly timeline: readonly Stage[];
  readonly tempo: Tempo;
}

/**
 * The graph of the code with its layout. Node n is ``names[n]``, ``operators[n]`` the sign of what made it (empty
 * for a leaf), ``lines[n]`` the line of the code that did (0: unknown), centred at (x, y), in pixels at zoom 1; all
 * are ``width`` by ``height``. The result is the last.
 *
 * Edge e runs from node ``source[e]`` to node ``target[e]``, in the order of nodes and of their operands, ``way``
 * says how. ``stages[n]``: with which stage of the forward pass the value of node n is there, 0 for leaves.
 */
export interface Sketch {
  readonly type: "sketch";
  readonly seq: number;
  readonly revision: number;
  readonly names: readonly string[];
  readonly labels: readonly string[];
  readonly operators: readonly string[];
  readonly lines: Int32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly way: "right" | "down" | "free";
  readonly source: Int32Array;
  readonly target: Int32Array;
  readonly stages: Int32Array;
}

/**
 * The numbers in the graph of the code, where the pass stands. ``values`` are by node; ``adjoints`` what has been
 * added up so far, in the end the gradient of the result. By edge: ``slopes``, the local derivatives, and
 * ``carried``, the gradient of the target times that. In ``moment``, ``values_to`` is the stage of the forward pass
 * that is done; the gradients of nodes from stage ``gradients_from`` on have been handed on.
 * ``recomputed`` counts the operations that the last change computed anew, ``edited`` says that a leaf has another
 * number than the code gave it.
 */
export interface SketchFrame {
  readonly type: "sketchframe";
  readonly seq: number;
  readonly revision: number;
  readonly moment: Moment;
  readonly values: Float64Array;
  readonly adjoints: Float64Array;
  readonly slopes: Float64Array;
  readonly carried: Float64Array;
  readonly recomputed: number;
  readonly edited: boolean;
  readonly inspection: Inspection | null;
}

/**
 * The gradient of ``target``, a mark at ``step`` or a value of the code, three times: by reverse mode, by dual
 * numbers (NaN where that would take too long) and by finite differences. That of a parameter is of the whole batch;
 * that of a node of one ``example``, or of the batch (``null``). ``kink``: the one-sided differences differ, and any
 * number between them is a gradient.
 */
export interface Verified {
  readonly type: "verified";
  readonly seq: number;
  readonly target: string;
  readonly step: number;
  readonly example: number | null;
  readonly reverse: number;
  readonly dual: number;
  readonly numeric: number;
  readonly kink: boolean;
  readonly agree: boolean;
}

/**
 * Something a person should know. ``code`` and ``facts`` make the sentence (message catalogue); ``text`` is it
 * in English. ``where`` is a path of the experiment (``data.noise``), shown beside that control, or empty.
 * ``command`` is the id of the command it answers, 0 for none.
 */
export interface Notice {
  readonly type: "notice";
  readonly seq: number;
  readonly level: "info" | "warning" | "error";
  readonly code: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly text: string;
  readonly where: string;
  readonly command: number;
}

export type Command =
  | Hello
  | Play
  | Pause
  | Step
  | Seek
  | Follow
  | SetTempo
  | Restart
  | Renew
  | Edit
  | SetParameter
  | Pace
  | Look
  | Inspect
  | Open
  | Verify
  | Show
  | Write
  | Halt
  | Arrange
  | Ack;

export type Event =
  | Welcome
  | Document
  | Dataset
  | Graph
  | Frame
  | Script
  | Sketch
  | SketchFrame
  | Verified
  | Notice;

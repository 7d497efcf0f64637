# ruff: noqa
# type: ignore
"""Names that nothing in Python uses, and that are meant all the same. Read by vulture, never run."""

# For users of the package, and micrograd's names for its own code.
_.tanh, _.sigmoid, _.leaky_relu, _.elu, _.gelu, _.silu, _.softplus, _.clip
_.save, _.classify, _.hit_rate, _.refresh, _.recomputed, _.worst, _.child
_.turned_invalid, _.turned_valid, _.empty
directional, torch_text, assemble
_._prev, _._op, _.zero_grad
MLP

# Machines: their host chooses one, Pyodide and the tests the others.
BrowserMachine, ReferenceMachine
_.cranelift_opt_level

# Read by the page.
_.max_nodes_per_frame, _.cache_size_mb, _.node_radius, _.edge_width, _.animation_duration
_.highlight_threshold, _.gradient_precision, _.update_threshold
_.thresholds, _.gradient_scale, _.gradient_limit, _.value_limit, _.invalid
_.max_steps, _.paces, _.training_rows, _.validation_rows, _.operation
_.map_width, _.map_height, _.inspection, _.batch_gradient
_.sight, _.input, _.timeline, _.value_current, _.gradient_current, _.cleared
_.terms_others, _.terms_remainder, _.paths_count, _.paths_remainder, _.paths_state, _.agree
_.predicted_change, _.actual_change, _.movers, _.end_column, _.layouts

# Called by Python itself or by the standard library.
_.__getattr__, _.__dir__, __getattr__, __dir__, _.do_GET, _.do_POST, _.log_message

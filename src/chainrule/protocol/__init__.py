"""Messages on their way: strict decoding, the binary frame, and the page's types."""

"""What carries a session to a page. A host owns the clock, the threads and the transport."""

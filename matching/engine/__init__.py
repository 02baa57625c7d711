"""The matching engine: score, allocate, explain. Pure values in, pure values out."""

"""What is counted over everybody: reads all, writes nothing, tells of no one person."""

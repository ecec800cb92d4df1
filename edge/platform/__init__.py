"""What every process uses: the databases, the clock, the life of a process."""

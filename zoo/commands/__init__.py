"""The commands, a file each: flags, and what is printed."""

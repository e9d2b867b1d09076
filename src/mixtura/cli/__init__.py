"""The command line: one file per command. Commands ask the library and print; they compute nothing."""

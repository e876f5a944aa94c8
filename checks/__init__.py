"""What `make check` does beyond running other people's tools."""

"""Services that answer what they are told to, for what the real ones would never answer."""

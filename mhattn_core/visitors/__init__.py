"""Many people on one copy: what each of them brought, may ask for and waits for."""

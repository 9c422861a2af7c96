"""The review desk in the browser: FastAPI, pages made on the server, and a little script of our own."""

"""What a run is given: files, folders, patterns, manifests, sidecars and transcripts."""

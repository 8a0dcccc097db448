package dev.lockstep.server;

import java.nio.file.Path;

/**
 * What a server proves itself with.
 *
 * @param certificates PEM file with its certificate, and those between it and the root
 * @param key PEM file with its private key in PKCS#8, not encrypted
 */
public record TlsFiles(Path certificates, Path key) {}

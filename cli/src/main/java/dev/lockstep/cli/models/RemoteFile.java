package dev.lockstep.cli.models;

import java.net.URI;
import java.util.Optional;

/**
 * A file that can be downloaded.
 *
 * @param token goes to the host of the address only, not to others that it redirects to
 * @param sha256 what it must have, in hexadecimal digits, if that is known
 */
record RemoteFile(URI address, Optional<String> token, Optional<String> sha256) {}

/**
 * JSON (RFC 8259) as values: {@link dev.lockstep.text.json.Json} reads strictly and writes compactly. Objects keep the order of
 * their members, numbers the way they are written.
 */
@NullMarked
package dev.lockstep.text.json;

import org.jspecify.annotations.NullMarked;

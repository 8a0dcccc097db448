/** Tests of the chat template interpreter, with goldens of the original (see src/test/python). */
@NullMarked
package dev.lockstep.text.template;

import org.jspecify.annotations.NullMarked;

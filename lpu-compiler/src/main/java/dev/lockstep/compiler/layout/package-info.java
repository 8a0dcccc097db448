/** Where everything lies: which lanes of which vectors hold which elements, and which words of which slices hold which vectors. */
@NullMarked
package dev.lockstep.compiler.layout;

import org.jspecify.annotations.NullMarked;

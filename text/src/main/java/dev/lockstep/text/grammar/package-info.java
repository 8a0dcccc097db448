/**
 * Texts that a model may write, and no others. A {@link dev.lockstep.text.grammar.Grammar} is made from a JSON schema, a regular
 * expression or GBNF; compiled for a vocabulary it says after each token which tokens may follow.
 *
 * <p>A grammar becomes a network of nodes with edges of bytes and calls of rules. What has been read leads to a <em>state</em>: all
 * places in the network where one can be, each with the calls to return to. States that are met again are found again, with the
 * states behind their bytes and the mask of tokens that they allow, so that the same question costs nothing the second time.
 */
@NullMarked
package dev.lockstep.text.grammar;

import org.jspecify.annotations.NullMarked;

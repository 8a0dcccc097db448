package dev.lockstep.text.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Numbers between two bounds as decimal digits, without exponent. Digit by digit one knows whether the number is still tied to a
 * bound or already free of it.
 */
final class NumberRange {
    /** Digits before the point where there is no upper bound, and behind it at most. */
    private static final int MOST_DIGITS = 15;

    private final boolean integer;

    /**
     * A bound.
     *
     * @param exclusive whether the number itself is out
     */
    record Bound(BigDecimal value, boolean exclusive) {
        /** As a lower bound: whether nothing is between it and an upper one. */
        private boolean excludes(Bound upper) {
            int order = value.compareTo(upper.value);
            return order > 0 || order == 0 && (exclusive || upper.exclusive);
        }

        private Bound negated() {
            return new Bound(value.negate(), exclusive);
        }
    }

    private NumberRange(boolean integer) {
        this.integer = integer;
    }

    /** Says nothing at all if no number is between the bounds. */
    static Expression of(boolean integer, Optional<Bound> lower, Optional<Bound> upper) {
        var range = new NumberRange(integer);
        Optional<Bound> low = lower.map(bound -> integer ? wholeAbove(bound) : bound);
        Optional<Bound> high =
                upper.map(bound -> integer ? wholeAbove(bound.negated()).negated() : bound);
        if (low.isPresent() && high.isPresent() && low.get().excludes(high.get())) {
            return Expression.IMPOSSIBLE;
        }
        List<Expression> options = new ArrayList<>();
        boolean negatives = low.isEmpty() || low.get().value().signum() < 0;
        boolean positives = high.isEmpty()
                || high.get().value().signum() > 0
                || high.get().value().signum() == 0 && !high.get().exclusive();
        if (negatives) {
            Optional<Bound> least =
                    high.filter(bound -> bound.value().signum() < 0).map(Bound::negated);
            Bound aboveZero = integer ? new Bound(BigDecimal.ONE, false) : new Bound(BigDecimal.ZERO, true);
            options.add(Expression.sequence(
                    JsonText.literal("-"), range.positive(least.orElse(aboveZero), low.map(Bound::negated))));
        }
        if (positives) {
            Bound zero = new Bound(BigDecimal.ZERO, false);
            options.add(range.positive(
                    low.filter(bound -> bound.value().signum() >= 0).orElse(zero), high));
        }
        return new Expression.Choice(options);
    }

    /** The smallest integer that a lower bound leaves. */
    private static Bound wholeAbove(Bound bound) {
        BigDecimal whole = bound.value().setScale(0, RoundingMode.CEILING);
        boolean itself = bound.exclusive() && whole.compareTo(bound.value()) == 0;
        return new Bound(itself ? whole.add(BigDecimal.ONE) : whole, false);
    }

    /** Numbers that are not negative. */
    private Expression positive(Bound low, Optional<Bound> high) {
        int fewest = digits(low.value()).length();
        int most = high.map(bound -> digits(bound.value()).length()).orElse(Math.max(fewest + 1, MOST_DIGITS));
        List<Expression> options = new ArrayList<>();
        for (int length = fewest; length <= most; length++) {
            Optional<Tie> lower = length == fewest ? Optional.of(new Tie(low, length)) : Optional.empty();
            Optional<Tie> upper =
                    high.isPresent() && length == most ? Optional.of(new Tie(high.get(), length)) : Optional.empty();
            options.add(whole(0, length, lower, upper));
        }
        return new Expression.Choice(options);
    }

    private static String digits(BigDecimal value) {
        return value.toBigInteger().max(BigInteger.ZERO).toString();
    }

    /** The digits of a bound, as far as the number has followed them. */
    private record Tie(Bound bound, String digits, String fraction) {
        Tie(Bound bound, int length) {
            this(bound, NumberRange.digits(bound.value()), fractionOf(bound.value()));
            if (digits.length() != length) {
                throw new IllegalArgumentException(digits + " has not " + length + " digits");
            }
        }

        private static String fractionOf(BigDecimal value) {
            String plain = value.stripTrailingZeros().toPlainString();
            int point = plain.indexOf('.');
            return point < 0 ? "" : plain.substring(point + 1);
        }

        /** The digit at a place behind the point; 0 where there are no more. */
        int fractionDigit(int place) {
            return place < fraction.length() ? fraction.charAt(place) - '0' : 0;
        }

        /** Whether all that follows the first {@code place} digits behind the point is 0. */
        boolean over(int place) {
            return place >= fraction.length();
        }
    }

    private Expression whole(int place, int length, Optional<Tie> low, Optional<Tie> high) {
        if (place == length) {
            return integer ? Expression.EMPTY : fraction(low, high);
        }
        int first = low.map(tie -> tie.digits().charAt(place) - '0').orElse(place == 0 && length > 1 ? 1 : 0);
        int last = high.map(tie -> tie.digits().charAt(place) - '0').orElse(9);
        return digitsBetween(first, last, low, high, (l, h) -> whole(place + 1, length, l, h));
    }

    private static Expression fraction(Optional<Tie> low, Optional<Tie> high) {
        Expression digits = Expression.sequence(JsonText.literal("."), fractionDigits(0, low, high));
        return mayEnd(0, low, high) ? Expression.optional(digits) : digits;
    }

    /** One digit at least, from a place behind the point on. */
    private static Expression fractionDigits(int place, Optional<Tie> low, Optional<Tie> high) {
        Optional<Tie> tied = low.filter(tie -> !tie.over(place) || tie.bound().exclusive());
        if (tied.isEmpty() && high.isEmpty()) {
            return new Expression.Repeat(digit(0, 9), 1, MOST_DIGITS);
        }
        boolean endless = high.isEmpty()
                && tied.get().over(place)
                && place > tied.get().fraction().length() + 3;
        if (endless || high.isPresent() && high.get().over(place)) {
            return Expression.IMPOSSIBLE;
        }
        int first = tied.map(tie -> tie.fractionDigit(place)).orElse(0);
        int last = high.map(tie -> tie.fractionDigit(place)).orElse(9);
        return digitsBetween(first, last, tied, high, (l, h) -> {
            Expression more = fractionDigits(place + 1, l, h);
            return mayEnd(place + 1, l, h) ? Expression.optional(more) : more;
        });
    }

    /** Whether the number may end after so many digits behind the point. */
    private static boolean mayEnd(int place, Optional<Tie> low, Optional<Tie> high) {
        boolean aboveLow =
                low.isEmpty() || low.get().over(place) && !low.get().bound().exclusive();
        boolean belowHigh =
                high.isEmpty() || !high.get().over(place) || !high.get().bound().exclusive();
        return aboveLow && belowHigh;
    }

    private interface Rest {
        Expression after(Optional<Tie> low, Optional<Tie> high);
    }

    /** One digit; what follows depends on whether it is a bound's own. */
    private static Expression digitsBetween(int first, int last, Optional<Tie> low, Optional<Tie> high, Rest rest) {
        List<Expression> options = new ArrayList<>();
        if (low.isPresent() && high.isPresent() && first == last) {
            return Expression.sequence(digit(first, first), rest.after(low, high));
        }
        int freeFirst = first;
        int freeLast = last;
        if (low.isPresent() && first <= last) {
            options.add(Expression.sequence(digit(first, first), rest.after(low, Optional.empty())));
            freeFirst++;
        }
        if (high.isPresent() && first <= last) {
            options.add(Expression.sequence(digit(last, last), rest.after(Optional.empty(), high)));
            freeLast--;
        }
        if (freeFirst <= freeLast) {
            options.add(
                    Expression.sequence(digit(freeFirst, freeLast), rest.after(Optional.empty(), Optional.empty())));
        }
        return new Expression.Choice(options);
    }

    private static Expression digit(int first, int last) {
        return new Expression.Letter(CodePoints.of('0' + first, '0' + last));
    }
}

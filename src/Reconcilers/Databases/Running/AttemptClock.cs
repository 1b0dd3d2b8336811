using System.Runtime.CompilerServices;

namespace Drydock.Reconcilers.Databases;

/// <summary>When attempts of steps began. A step that is found running at the first observation has no stored start
/// before that observation ends, so this process remembers it. One context belongs to one pass over a step, and the
/// engine's own limit counts from the same observation.</summary>
internal static class AttemptClock
{
    private static readonly ConditionalWeakTable<StepContext, StrongBox<DateTimeOffset>> Looks = [];

    public static DateTimeOffset Began(StepContext context) =>
        context.Step.StartedAt
            ?? Looks.GetValue(context, static c => new StrongBox<DateTimeOffset>(c.Time.GetUtcNow())).Value;
}

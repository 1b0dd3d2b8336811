using System.Runtime.CompilerServices;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// Since when steps are under way. What the first look of a following finds under way is stored by nobody before that
/// look ends, so that this process remembers it; one context is one following of a step, and the engine's own limit
/// counts from the same look.
/// </summary>
internal sealed class AttemptClock
{
    private readonly ConditionalWeakTable<StepContext, StrongBox<DateTimeOffset>> _looks = [];

    /// <summary>When the attempt began.</summary>
    public DateTimeOffset Began(StepContext context) =>
        context.Step.StartedAt ?? _looks.GetValue(context, static c => new StrongBox<DateTimeOffset>(c.Time.GetUtcNow())).Value;
}

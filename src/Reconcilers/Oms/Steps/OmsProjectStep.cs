using Drydock.Abstractions.Values;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The base of the steps about projects. None of them fails an upgrade: what cannot be read within a part of the
/// phase's time is reported as unknown, and what differs is listed in status.actionRequired.
/// </summary>
internal abstract class OmsProjectStep<TArgs>(IOmsTargets targets) : OmsStep<TArgs>(targets)
    where TArgs : class
{
    private const int AtATime = 4;

    // The step's own start is in its stored form only after it was reported to be under way.
    private DateTimeOffset? _firstLook;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(2);

    /// <summary>The projects as recorded before the upgrade; null if nothing listed them.</summary>
    protected ProjectsStatus? Before => Targets.Upgrade.Status?.Projects;

    /// <summary>Whether a part of the phase's time limit has passed.</summary>
    protected bool IsOver(StepContext context, Func<TimeSpan, TimeSpan> part)
    {
        var now = context.Time.GetUtcNow();
        var began = context.Step.StartedAt ?? (_firstLook ??= now);
        var limit = KubernetesDuration.Parse(Targets.Upgrade.Spec.Timeouts.Of(context.Step.Phase));
        return now - began >= part(limit);
    }

    /// <summary>
    /// How long to wait for an API that does not answer: a console that was just restarted needs a while.
    /// </summary>
    protected static TimeSpan Patience(TimeSpan whole) => Shorter(TimeSpan.FromMinutes(3), whole / 2);

    /// <summary>Until shortly before the engine would report the step as overdue.</summary>
    protected static TimeSpan AlmostAll(TimeSpan whole) => whole - Shorter(TimeSpan.FromMinutes(1), whole / 10);

    /// <summary>What to do without an answer of the API: wait for it, or end the step.</summary>
    protected Observation WithoutAnswer(
        StepContext context, OmsApiException exception, Func<string, Observation> giveUp) =>
        exception.Kind == OmsApiErrorKind.Unreachable && !IsOver(context, Patience)
            ? new Observation.Running(exception.Message)
            : giveUp(exception.Message);

    /// <summary>Asks about each item, a few at a time.</summary>
    protected static async Task<IReadOnlyList<TResult>> EachAsync<T, TResult>(
        IEnumerable<T> items, Func<T, Task<TResult>> look)
    {
        var seen = new List<TResult>();
        foreach (var few in items.Chunk(AtATime))
        {
            seen.AddRange(await Task.WhenAll(few.Select(look)));
        }

        return seen;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

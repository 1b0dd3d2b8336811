using Drydock.Abstractions.Values;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What the steps about projects share. None of them fails an upgrade: what cannot be read within a part of the phase's
/// time is said to be unknown, and what is not as it should be is listed for a person.
/// </summary>
internal abstract class OmsProjectStep(IOmsTargets targets) : OmsStep(targets)
{
    /// <summary>Parameter: where the console is if the Secret does not say.</summary>
    public const string AddressParameter = "address";

    private const int AtATime = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // The step's own start is in its stored form only once it was told to be under way.
    private DateTimeOffset? _firstLook;

    /// <inheritdoc />
    public override Task WaitAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Delay(Pause, context.Time, cancellationToken);

    /// <summary>The projects as recorded before the upgrade; null if nothing listed them.</summary>
    protected ProjectsStatus? Before => Targets.Upgrade.Status?.Projects;

    /// <summary>The API of the console; null where the spec gives no credentials.</summary>
    protected IOmsApi? Api(StepContext context) => Targets.Api(new Uri(context.Parameter(AddressParameter)));

    /// <summary>Whether a part of the time that the phase has is over.</summary>
    protected bool IsOver(StepContext context, Func<TimeSpan, TimeSpan> part)
    {
        var now = context.Time.GetUtcNow();
        var began = context.Step.StartedAt ?? (_firstLook ??= now);
        return now - began >= part(KubernetesDuration.Parse(Targets.Upgrade.Spec.Timeouts.Of(context.Step.Phase)));
    }

    /// <summary>
    /// How long an API that does not answer is waited for: a console that was just restarted needs a while.
    /// </summary>
    protected static TimeSpan Patience(TimeSpan whole) => Shorter(TimeSpan.FromMinutes(3), whole / 2);

    /// <summary>Until shortly before the engine would call the step overdue.</summary>
    protected static TimeSpan AlmostAll(TimeSpan whole) => whole - Shorter(TimeSpan.FromMinutes(1), whole / 10);

    /// <summary>What an API that did not answer comes to: it is waited for, or the step ends without it.</summary>
    protected Observation WithoutAnswer(StepContext context, OmsApiException exception, Func<string, Observation> giveUp) =>
        exception.Kind == OmsApiErrorKind.Unreachable && !IsOver(context, Patience) ? new Observation.Running(exception.Message) : giveUp(exception.Message);

    /// <summary>Does it for each, a few at a time.</summary>
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

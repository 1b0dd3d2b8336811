using System.Reflection;

namespace Drydock.Reconcilers.Databases;

/// <summary>The base of every step of a database upgrade: what it is called, how often it is tried, and how long an
/// attempt may take by the spec.</summary>
internal abstract record DatabaseStep<TTargets> : StepBase<TTargets>, ITimedStep<DatabaseRollingUpgradeSpec>
    where TTargets : class
{
    internal override string? Verb => Own?.Verb;
    internal override int Attempts => Own is { Attempts: > 0 and var attempts } ? attempts : base.Attempts;
    private StepAttribute? Own => GetType().GetCustomAttribute<StepAttribute>();

    internal override string Title(string? node) => Own?.Title ?? "";

    internal virtual string Title(DatabaseRollingUpgradeSpec spec, string? node) => Title(node);

    internal virtual string? Told(DatabaseRollingUpgradeSpec spec, string? node) => Runs;

    /// <summary>How long one attempt may take.</summary>
    public abstract TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec);

    /// <summary>The receipt of a step that changes settings for a while: their former values. What an attempt before
    /// this one recorded stays right until they were restored: since then some may have the values of the
    /// upgrade.</summary>
    protected static async Task<Receipt> ReserveFormerAsync(
        StepContext context, string key, Func<Task<string>> read) => Entry(
        key, (context.Step.Record.CleanedUpAt is null ? context.Recorded(context.Step.Id, key) : null) ?? await read());
}

/// <summary>What a step is called in its id and in a plan, where that does not depend on its arguments.</summary>
/// <param name="verb">The end of its id, after its phase and node.</param>
/// <param name="title">What it does, imperative; empty where its id says it.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class StepAttribute(string verb, string title = "") : Attribute
{
    public string Verb => verb;
    public string Title => title;

    /// <summary>How often it is tried; 0 for as often as usual.</summary>
    public int Attempts { get; set; }
}

/// <summary>Since when all looks of this process of the operator have found a system healthy, by the monotonic clock. A
/// look that was unhealthy or failed, or that found another process in its place, starts the count again; a restart of
/// the operator only makes the wait longer.</summary>
internal sealed class HealthyTime
{
    public static HealthyTime Of(StepContext context) => context.Memory.Of<HealthyTime>();

    private (object? Of, long At)? _before;
    private (object? Of, long At)? _since;

    /// <summary>Begins a look, which ends with <see cref="Left"/> or counts as an interruption.</summary>
    public void BeginLook()
    {
        (_before, _since) = (_since, null);
    }

    /// <summary>How much longer the system must stay healthy, after a look that found it healthy.</summary>
    /// <param name="of">What was found healthy.</param>
    public TimeSpan Left(TimeProvider time, TimeSpan whole, object? of = null)
    {
        (object? Of, long At) since = _before is { } known && Equals(known.Of, of) ? known : (of, time.GetTimestamp());
        _since = since;
        return whole - time.GetElapsedTime(since.At);
    }
}

/// <summary>While a step only waits, the host of its instance is asked less often than the cluster. Invariant: what
/// is found with a shared look is at most that the step still waits; anything else is found with a new one.</summary>
internal sealed class WaitingLooks
{
    /// <summary>The age while the cluster is waited for.</summary>
    public static readonly TimeSpan ForCluster = TimeSpan.FromSeconds(2);

    // A part of the time that an instance must stay healthy, once only that is left.
    private const int Looks = 4;

    private TimeSpan? _age;

    /// <summary>How old looks may be while an instance is verified.</summary>
    /// <param name="seen">What says when it ends waits for that time only.</param>
    /// <param name="runs">Whether its process is as it is to be.</param>
    public static TimeSpan? Age(Observation seen, bool runs, TimeSpan settle) => seen switch
    {
        Observation.Running { EndsAt: not null } => settle / Looks,
        Observation.Running when runs => ForCluster,
        _ => null,
    };

    /// <param name="observe">Observes by a look of at most an age; null for a new one. Returns what it saw, and how old
    /// looks may be while that stays so; null if it waits for the host.</param>
    public static async Task<Observation> ObserveAsync(
        StepContext context, Func<TimeSpan?, Task<(Observation Seen, TimeSpan? Age)>> observe)
    {
        var looks = context.Memory.Of<WaitingLooks>();
        if (looks._age is { } age && await observe(age) is ({ } seen, { } still) && still >= age)
        {
            looks._age = still;
            return seen;
        }

        looks._age = null;
        var (found, next) = await observe(null);
        looks._age = next;
        return found;
    }
}

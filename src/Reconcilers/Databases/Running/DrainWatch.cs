namespace Drydock.Reconcilers.Databases;

/// <summary>Watches the number of leaders of an instance that is drained: progress, not a clock, decides how long a
/// drain may take. A new process watches from the beginning, which only takes longer.</summary>
internal sealed class DrainWatch
{
    // A count that rises by this much is another view of the cluster (a new leader of PD counts from 0), not leaders
    // that returned.
    private const long Jump = 100;

    private Mark? _mark;

    /// <summary>The one of an attempt.</summary>
    public static DrainWatch Of(StepContext context) => context.OfAttempt<DrainWatch>();

    /// <summary>Takes the number of leaders that are left. Returns why they are not waited for any longer; null while
    /// they leave.</summary>
    public string? Overdue(StepContext context, DrainSpec drain, TimeSpan taken, long leaders)
    {
        if (Stalled(leaders, context.Time.GetUtcNow()) >= drain.LongestStall())
        {
            return $"No leader has left for {drain.StalledFor} (spec.drain.stalledFor)";
        }

        if (drain.UpperLimit() is { } longest && taken >= longest)
        {
            return $"Leaders did not leave within {drain.Timeout} (spec.drain.timeout)";
        }

        // A new process, or one with a changed spec, knows nothing of the time before.
        return context.Step is { State: StepState.Failed, Reason: Reasons.DrainTimeout }
            && _mark is not { HasFallen: true }
            ? "No leader has left since"
            : null;
    }

    private TimeSpan Stalled(long leaders, DateTimeOffset now)
    {
        _mark = _mark is not { } known ? new Mark(leaders, now, HasFallen: false)
            : leaders < known.Lowest ? new Mark(leaders, now, HasFallen: true)
            : leaders > (2 * known.Lowest) + Jump ? new Mark(leaders, now, known.HasFallen)
            : known;
        return now - _mark.At;
    }

    /// <summary>The number cannot be relied on now: the time until the next reliable one does not count.</summary>
    public void Forget() => _mark = null;

    /// <summary>Observes a drain. A database that does not answer is waited for as long as leaders that stay.</summary>
    /// <param name="isWaitedFor">Whether that is so before leaders were seen to leave, too.</param>
    /// <exception cref="StepActionException">It has lasted too long; the instance was not stopped.</exception>
    public async Task<Observation> ObserveAsync<TView>(
        StepContext context, DrainSpec drain, bool isWaitedFor, Func<TView, Task<Observation>> look)
        where TView : DrainView, new()
    {
        var view = context.Pass.Of<TView>();
        try
        {
            var seen = await look(view);
            view.UnreadableSince = null;
            return seen;
        }
        catch (TargetException exception) when (exception is not HostException && (isWaitedFor || !view.IsEmpty))
        {
            var now = context.Time.GetUtcNow();
            view.UnreadableSince ??= now;
            Forget();
            return now - view.UnreadableSince.Value < drain.LongestStall()
                ? new Observation.Running(exception.Message)
                : throw new StepActionException(
                    exception.Reason,
                    $"The drain of {context.Node} could not be observed for {drain.StalledFor} "
                    + $"(spec.drain.stalledFor); {context.Node} was not stopped. {exception.Message}",
                    retryable: false, exception);
        }
    }

    private sealed record Mark(long Lowest, DateTimeOffset At, bool HasFallen);
}

/// <summary>What one job has seen of the drain of an instance. It decides only how close the next look has to be;
/// without it, everything is looked at.</summary>
internal abstract class DrainView
{
    // So few leaders may have left by the next usual look.
    private const long Few = 20;

    // What a brief look does not show is asked this often.
    private static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Closely = TimeSpan.FromMilliseconds(250);

    public DrainPace Pace { get; } = new();

    /// <summary>How long to wait before the next look.</summary>
    public TimeSpan Pause(TimeSpan usual) => Pace.Left is { } left ? DrainView.Pause(left, usual) : usual;

    /// <inheritdoc cref="Pause(TimeSpan)"/>
    public static TimeSpan Pause(long left, TimeSpan usual) => left <= Few && Closely < usual ? Closely : usual;

    /// <summary>Since when the drain cannot be observed; null while it can.</summary>
    public DateTimeOffset? UnreadableSince { get; set; }

    public bool IsEmpty => WholeAt is null;
    protected DateTimeOffset? WholeAt { get; set; }

    public virtual bool MayLookBriefly(DateTimeOffset now) => WholeAt is { } at && now - at < WholeEvery;
}

/// <summary>The time limits of spec.drain. Pure.</summary>
internal static class DrainLimits
{
    // A drain that makes progress has no limit; one that makes none ends itself.
    private static readonly TimeSpan NoLimit = TimeSpan.FromDays(30);

    /// <summary>How long a step that drains may take, with what it waits for besides.</summary>
    public static TimeSpan StepLimit(this DrainSpec drain, TimeSpan besides) =>
        drain.UpperLimit() is { } limit ? limit + besides : NoLimit;

    public static TimeSpan LongestStall(this DrainSpec drain) => KubernetesDuration.Parse(drain.StalledFor);

    /// <summary>How long a drain may take although it makes progress; null for no limit.</summary>
    public static TimeSpan? UpperLimit(this DrainSpec drain) =>
        drain.Timeout is { } timeout ? KubernetesDuration.Parse(timeout) : null;

    public static TimeSpan LongestIdle(this DrainSpec drain) => KubernetesDuration.Parse(drain.IdleLimit);
}

/// <summary>An instance is drained while the former one settles. If spec.minHealthySeconds is longer than
/// spec.drain.idleLimit, the drain begins only when that limit is left, so that leaders do not stay away for the whole
/// time. Pure.</summary>
internal static class DrainTurn
{
    public static DateTimeOffset? Replaced(StepContext context, Func<Step, bool> isSwap) =>
        context.Step.After.Select(id => context.Plan.Step(id)).OfType<Step>().Where(isSwap).Max(s => s.FinishedAt);

    public static string? Early(DatabaseRollingUpgradeSpec spec, DateTimeOffset? replaced, DateTimeOffset now) =>
        replaced is { } at && now - at < spec.Settle - spec.Drain.LongestIdle()
            ? $"The former instance must be healthy for {spec.MinHealthySeconds} s (spec.minHealthySeconds). The drain "
                + $"begins when {spec.Drain.IdleLimit} (spec.drain.idleLimit) of it are left."
            : null;
}

/// <summary>How far a drain is, for people: leaders at the start and now, their rate, and the expected end. The text
/// stays the same while no leader leaves: nothing is written to the status only because time passes.</summary>
internal sealed class DrainPace
{
    // Over a shorter time the rate says nothing; a later end is no expectation.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private (long Leaders, string Text)? _last;

    /// <summary>How many leaders were left at the last look; null before one counted them.</summary>
    public long? Left => _last?.Leaders;

    public string Describe(long before, long leaders, TimeSpan taken, DateTimeOffset now)
    {
        if (_last?.Leaders != leaders)
        {
            _last = (leaders, Compose(before, leaders, taken, now));
        }

        return _last.Value.Text;
    }

    private static string Compose(long before, long leaders, TimeSpan taken, DateTimeOffset now)
    {
        var left = before > leaders ? $"{leaders} of {before} leaders left" : $"{leaders} leaders left";
        var perSecond = taken < Shortest ? 0 : (before - leaders) / taken.TotalSeconds;
        if (perSecond * Longest.TotalSeconds <= leaders)
        {
            return $"{left}.";
        }

        var end = now.AddSeconds(leaders / perSecond).ToUniversalTime();
        var (rate, unit) = perSecond >= 1 ? (perSecond, "s") : (60 * perSecond, "min");
        return $"{left}, {rate:0.#}/{unit}, expected to end at {end:yyyy-MM-dd HH:mm}Z.";
    }
}

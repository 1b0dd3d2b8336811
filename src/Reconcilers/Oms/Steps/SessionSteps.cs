namespace Drydock.Reconcilers.Oms;

/// <summary>Waits until no other session uses the metadata databases, so that nothing changes the data during the dump.
/// Every session counts, wherever it seems to come from: behind a proxy, or where the server looks up names, the
/// process list does not have the address of the client.</summary>
/// <param name="Databases">The databases whose sessions count.</param>
/// <param name="Hosts">The addresses of the OMS hosts.</param>
/// <param name="OnlyHosts">Whether only sessions from these addresses count: before a restore, which ends all
/// others.</param>
internal sealed record AwaitNoSessions(List<string> Databases, List<string>? Hosts = null, bool OnlyHosts = false)
    : OmsStep, IWaitsOnly
{
    private const int Listed = 3;

    internal override string Verb => "no-sessions";
    internal override string TimeLimit(OmsUpgradeTimeouts timeouts, string phase) => timeouts.NoSessions;

    /// <summary>No host of an upgrade is connected to what its restore drops.</summary>
    public static AwaitNoSessions OfHosts(PlanProgress done) => done.Step<AwaitNoSessions>()!.As<AwaitNoSessions>() with
    {
        Databases = done.Step<TakeSnapshot>()!.As<TakeSnapshot>().Databases,
        OnlyHosts = true,
    };

    internal override string Title(string? node) => OnlyHosts
        ? "Wait until no OMS host is connected to the metadata database"
        : "Wait until no other session uses the metadata databases";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var hosts = NodeAddress.Set(Hosts ?? []);
        var sessions = await metadata.OtherSessionsAsync(Databases, cancellationToken);
        var left = sessions.Where(s => !OnlyHosts || IsOf(hosts, s)).ToList();
        if (left.Count == 0)
        {
            return OnlyHosts
                ? new Done("No OMS host is connected to the metadata database.")
                : new Done(
                    "No other session "
                    + ((await metadata.ServerAsync(cancellationToken)).Grants.SeesAllSessions
                        ? "" : "that this account may see (it lacks PROCESS) ")
                    + "uses the metadata databases.",
                    await MetadataContent.RecordAsync(Targets, context, cancellationToken));
        }

        var named = left
            .Select(s => IsOf(hosts, s) ? $"{s}, OMS host" : s.ToString())
            .ToList();
        return new Running(
            $"OMS is stopped; {Sentences.Count(left.Count, "session is", "sessions are")} left: "
            + $"{Sentences.List(named, Listed, "; ")}. Close or end them (`KILL {left[0].Id}`).");
    }

    private static bool IsOf(IReadOnlySet<string> hosts, MetadataSession session) =>
        hosts.Contains(NodeAddress.Normalize(session.Client));
}

/// <summary>Ends the sessions of the account of OMS that are left on the metadata databases after its containers were
/// stopped (spec.backup.endSessions). They have a grace in which the server notices that their clients are gone. Those
/// that are ended are in the receipt before; one that connects later has a living client and is not ended.</summary>
/// <param name="Account">The account, as the server names it.</param>
internal sealed record EndSessions(List<string> Databases, string Account) : OmsStep, IConsent
{
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
    [
        new(
            ConsentWeight.Lost,
            $"Sessions of {Account} that are left on the metadata are ended: what they did not commit is lost."),
    ];

    private const string SessionsKey = "sessions";

    // A receipt is stored in the status.
    private const int MostAtOnce = 100;
    private const string Separator = "; ";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    internal override string Verb => "end-sessions";
    internal override string TimeLimit(OmsUpgradeTimeouts timeouts, string phase) => timeouts.NoSessions;
    internal override string Title(string? node) =>
        $"End the sessions of {Account} that are left on the metadata databases";

    protected override TimeSpan Pause => TimeSpan.FromSeconds(1);
    protected override bool IsRepeatable => true;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var left = await LeftAsync(cancellationToken);
        if (context.Receipt(SessionsKey) is { } ended)
        {
            var ids = Ids(ended);
            return left.Exists(session => ids.Contains(session.Id))
                ? new NotStarted($"Sessions of {Account} that have to be ended are still there.")
                : new Done(ids.Count == 0 ? None() : $"Ended: {ended}.");
        }

        var until = StoppedAt(context) + Grace;
        return left.Count == 0 ? new Done(None())
            : context.Time.GetUtcNow() < until
            ? new Running($"Sessions of {Account} on the metadata databases: {left.Count}. The operator ends them at "
                + $"{until:HH:mm:ss} UTC, {Grace.TotalSeconds:0} s after OMS was stopped.")
            : new NotStarted($"Sessions of {Account} have to be ended.");
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var recorded = Split(context.Receipt(SessionsKey) ?? "");
        var left = (await LeftAsync(cancellationToken)).Take(MostAtOnce).Select(session => session.ToString());
        return Entry(SessionsKey, string.Join(Separator, recorded.Concat(left).DistinctBy(Id).Take(2 * MostAtOnce)));
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var ids = Ids(context.Receipt(SessionsKey)!);
        var metadata = await Targets.MetadataAsync(cancellationToken);

        // A connection id may by now be that of another account.
        var left = (await LeftAsync(cancellationToken)).Where(session => ids.Contains(session.Id)).ToList();
        if (left.Count > 0)
        {
            Targets.EnsureMayAct();
            await metadata.EndSessionsAsync([.. left.Select(session => session.Id)], cancellationToken);
        }

        // The server ends them a moment later.
        var since = context.Time.GetTimestamp();
        while (context.Time.GetElapsedTime(since) < LongestEnd
            && (await LeftAsync(cancellationToken)).Exists(session => ids.Contains(session.Id)))
        {
            await Task.Delay(Pause, context.Time, cancellationToken);
        }
    }

    private async Task<List<MetadataSession>> LeftAsync(CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var sessions = await metadata.OtherSessionsAsync(Databases, cancellationToken);
        return [.. sessions.Where(session => session.User == Account)];
    }

    private string None() => $"No session of {Account} uses the metadata databases.";

    // The steps before this one stop the containers.
    private static DateTimeOffset StoppedAt(StepContext context) => context.Plan.Steps
        .Where(step => context.Step.After.Contains(step.Id))
        .Max(step => step.FinishedAt) ?? DateTimeOffset.MinValue;

    private static HashSet<long> Ids(string sessions) => [.. Split(sessions).Select(Id)];

    private static string[] Split(string sessions) =>
        sessions.Split(Separator, StringSplitOptions.RemoveEmptyEntries);

    private static long Id(string session) =>
        long.Parse(session.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture);
}

namespace Drydock.Reconcilers.Oms;

/// <summary>Ends the sessions of the account of OMS that are left on the metadata databases after its containers were
/// stopped (spec.backup.endSessions). They have a grace in which the server notices that their clients are gone. Those
/// that are ended are in the receipt before; one that connects later has a living client and is not ended.</summary>
/// <param name="Databases">The databases.</param>
/// <param name="Account">The account, as the server names it.</param>
internal sealed record EndSessions(List<string> Databases, string Account) : OmsStep
{
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
                ? new Observation.NotStarted($"Sessions of {Account} that have to be ended are still there.")
                : new Observation.Done(ids.Count == 0 ? None() : $"Ended: {ended}.");
        }

        if (left.Count == 0)
        {
            return new Observation.Done(None());
        }

        var until = StoppedAt(context) + Grace;
        return context.Time.GetUtcNow() < until
            ? new Observation.Running(string.Create(
                CultureInfo.InvariantCulture,
                $"Sessions of {Account} on the metadata databases: {left.Count}. The operator ends them at "
                + $"{until:HH:mm:ss} UTC, {Grace.TotalSeconds:0} s after OMS was stopped."))
            : new Observation.NotStarted($"Sessions of {Account} have to be ended.");
    }

    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
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
        var sessions = await metadata.OtherSessionsAsync(Databases, [], cancellationToken);
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

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Pauses or resumes one replication group at its target, which is this cluster or its peer
/// (docs/research/yugabytedb.md#procedure). The consumer registry of the target shows whether it is done.</summary>
/// <param name="Group">The replication group.</param>
/// <param name="Target">The cluster that is its target.</param>
/// <param name="Enabled">Whether the group is to replicate.</param>
internal sealed record SetReplication(string Group, ReplicationTarget Target, bool Enabled) : YugabyteStep
{
    public const string DeadlineReceipt = "deadline";

    public const string ErrorsFact = "errors";

    // Errors of the pause itself, and of masters that have just been restarted, pass within that time.
    private static readonly TimeSpan Passing = TimeSpan.FromMinutes(1);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var group = Cluster.Group(Group);
        var found = await Cluster.InboundAsync(group, Target, cancellationToken);
        if (found is null)
        {
            var where = Target == ReplicationTarget.Here
                ? "this cluster"
                : $"the cluster at {string.Join(", ", group.Peer.Masters)}";
            return new Observation.Failed(
                Reasons.ReplicationDiffers,
                $"{where} has no replication group {group.Name}. Either it was deleted, or "
                + "spec.yugabyte.replication.groups is wrong.");
        }

        return found.IsPaused == Enabled
            ? new Observation.NotStarted()
            : Enabled
            ? await ResumedAsync(context, group, cancellationToken)
            : new Observation.Done($"Replication group {group.Name} is disabled.");
    }

    public static DateTimeOffset? Deadline(PlanStep pause) =>
        DateTimeOffset.TryParse(
            pause.Recorded(DeadlineReceipt),
            CultureInfo.InvariantCulture,
            DateTimeStyles.RoundtripKind,
            out var deadline)
            ? deadline
            : null;

    // The time is read before the group is paused, so that it is counted from a moment that is early enough.
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        if (Enabled)
        {
            return await base.PrepareAsync(context, cancellationToken);
        }

        if (context.Receipt(DeadlineReceipt) is { } known)
        {
            return Entry(DeadlineReceipt, known);
        }

        try
        {
            var retention = await Cluster.RetentionAsync(Cluster.Group(Group), Target, cancellationToken);
            return retention is { } span
                ? Entry(
                    DeadlineReceipt,
                    (context.Time.GetUtcNow() + span).ToUniversalTime().ToString("O", CultureInfo.InvariantCulture))
                : await base.PrepareAsync(context, cancellationToken);
        }
        catch (Exception exception) when (Failure(exception) is not null)
        {
            throw Failure(exception)!;
        }
    }

    // A group that was resumed may not replicate: its source may have dropped the log.
    private async Task<Observation> ResumedAsync(
        StepContext context, ReplicationGroup group, CancellationToken cancellationToken)
    {
        var done = $"Replication group {group.Name} is enabled.";
        try
        {
            var errors = await Cluster.Tool(group, Target).ReplicationErrorsAsync(group.Name, cancellationToken);
            return errors.Count == 0
                ? new Observation.Done(done)
                : Elapsed(context) < Passing
                ? new Observation.Running($"{done} It still reports {string.Join(", ", errors)}.")
                : new Observation.Done(
                    $"{done} It reports {string.Join(", ", errors)}.", Entry(ErrorsFact, string.Join(',', errors)));
        }
        catch (TargetException exception)
        {
            return new Observation.Done($"{done} Its errors could not be read: {exception.Message}");
        }
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var group = Cluster.Group(Group);
        return Cluster.Tool(group, Target).SetReplicationEnabledAsync(group.Name, Enabled, cancellationToken);
    }
}

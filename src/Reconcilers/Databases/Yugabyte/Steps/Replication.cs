namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Pauses or resumes one replication group at its target, which is this cluster or its peer
/// (docs/project/research/yugabytedb.md#procedure). The consumer registry of the target shows whether it is
/// done.</summary>
[Effect(Effect.Changes)]
internal sealed record SetReplication(string Group, ReplicationTarget Target, bool Enabled) : YugabyteStep, IConsent
{
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) => Enabled ? [] :
    [
        new(
            ConsentWeight.Down,
            "Replication is paused until the upgrade or a rollback ends: its targets lag behind meanwhile."),
    ];

    internal override string Verb => $"{Group}/{(Target == ReplicationTarget.Here ? "here" : "there")}";

    internal override string Title(string? node) =>
        $"{(Enabled ? "Resume" : "Pause")} replication group {Target.Display(Group)}";

    internal override string? Told(DatabaseRollingUpgradeSpec spec, string? node) =>
        spec.Yugabyte?.Replication.Groups.Find(g => g.Name == Group) is not { } group ? null
        : (Target == ReplicationTarget.Here ? AdminCommand.Of(spec) : AdminCommand.Of(spec, group.Peer))
            .Replication(Group, Enabled);

    internal override YugabyteUndo? Undo(DatabaseRollingUpgradeSpec spec, PlanProgress done, Step own) =>
        IsPausedIn(done)
            ? new YugabyteUndo(
                DatabaseRollingUpgradePhases.ResumeReplication, Instance: null, this with { Enabled = true })
            : null;

    /// <summary>The groups that an upgrade has paused, and that neither it nor its rollback has resumed.</summary>
    public static IEnumerable<(Step Step, SetReplication Group)> Paused(PlanProgress plan, PlanProgress? back = null) =>
        from step in plan.Steps
        where step.Is<SetReplication>() && step.HasEverBegun
        let pause = step.As<SetReplication>()
        where pause.IsPausedIn(plan) && (back is null || pause.IsPausedIn(back))
        select (step, pause);

    private bool IsPausedIn(PlanProgress plan) => !Enabled && !plan.Steps.Exists(s => s.Is<SetReplication>()
        && s.State == StepState.Succeeded
        && s.As<SetReplication>() is { Enabled: true } resume
        && (resume.Group, resume.Target) == (Group, Target));

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
            ? new Observation.NotStarted($"{group.Name} is still {(Enabled ? "paused" : "running")}.")
            : Enabled
            ? await ResumedAsync(context, group, cancellationToken)
            : new Observation.Done($"Replication group {group.Name} is disabled.");
    }

    public static DateTimeOffset? Deadline(Step pause) => pause.RecordedTime(DeadlineReceipt);

    // The time is read before the group is paused, so that it is counted from a moment that is early enough.
    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
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
                ? Entry(DeadlineReceipt, $"{(context.Time.GetUtcNow() + span).ToUniversalTime():O}")
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

/// <summary>Waits until every process of every peer of replication runs the target version. Only then may replication
/// resume (docs/project/research/yugabytedb.md#procedure), and only to targets that are final themselves; or, if both
/// directions run unpaused, the new version be made final. Other upgrades bring this about, so the run counts as held
/// (PeerNotUpgraded) meanwhile.</summary>
/// <param name="Final">Whether the target of every paused group must also have promoted every AutoFlag that its
/// source uses: a target that does not use them cannot replicate.</param>
[Step("await-peers", Attempts = 1)]
[Traits(HeldBy = Reasons.PeerNotUpgraded)]
internal sealed record AwaitPeers(bool? Final = null) : YugabyteStep, IWaitsOnly
{
    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Replication);

    internal override string Title(string? node) => Final == true
        ? "Wait until every peer runs the new version and every target is final"
        : "Wait until every peer runs the new version";

    private const int Named = 6;

    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var problems = new List<string>();
        foreach (var group in Clusters(Cluster.Settings.Replication.Groups))
        {
            problems.AddRange(await Cluster.Peer(group).NotYetAsync(version, cancellationToken));
        }

        if (problems.Count == 0 && Final == true)
        {
            problems.AddRange(await NotFinalAsync(context.Plan, version, cancellationToken));
        }

        var more = problems.Count > Named ? $" {problems.Count - Named} more processes are not ready." : "";
        return problems.Count == 0
            ? new Observation.Done($"Every process of every peer runs {version}.")
            : new Observation.Running(
                $"Waiting until every process of every peer runs {version}; then the upgrade continues automatically. "
                + $"{Deadline(context)}{string.Join(" ", problems.Take(Named))}{more}");
    }

    // At both ends the target must have promoted what the source uses.
    private async Task<IReadOnlyList<string>> NotFinalAsync(
        PlanProgress plan, YugabyteVersion version, CancellationToken cancellationToken)
    {
        if (!YugabyteFeatures.HasAutoFlags(version))
        {
            return [];
        }

        var problems = new List<string>();
        try
        {
            var own = await Cluster.Tool().AutoFlagsAsync(cancellationToken);
            foreach (var group in Clusters(Resumed(plan, ReplicationTarget.There)))
            {
                var theirs = await Cluster.PeerTool(group).AutoFlagsAsync(cancellationToken);
                var missing = ReplicationFlags.Missing(own, theirs);
                if (missing.Count > 0)
                {
                    problems.Add(
                        $"{Cluster.Peer(group).Display} has not promoted {PackageFlags.Count(missing)} of this "
                        + $"universe ({string.Join(", ", missing.Take(Named))}). Finalize its upgrade.");
                }
            }

            foreach (var group in Clusters(Resumed(plan, ReplicationTarget.Here)))
            {
                var theirs = await Cluster.PeerTool(group).AutoFlagsAsync(cancellationToken);
                if (new ReplicationFlags(Cluster).OfSource(group, own, theirs) is { } problem)
                {
                    problems.Add($"{problem} Promote them here (`promote_auto_flags`).");
                }
            }
        }
        catch (TargetException exception)
        {
            problems.Add(exception.Message);
        }

        return problems;
    }

    private IEnumerable<ReplicationGroup> Resumed(PlanProgress plan, ReplicationTarget target)
    {
        var set = plan.Steps.Where(s => s.Is<SetReplication>()).Select(s => s.As<SetReplication>()).ToList();
        return Cluster.Settings.Replication.Groups.Where(g => set.Exists(s => s.Group == g.Name && s.Target == target));
    }

    // Paused groups cannot wait without a limit.
    private static string Deadline(StepContext context)
    {
        var first = context.Plan.Steps
            .Where(s => s.Is<SetReplication>() && SetReplication.Deadline(s) is not null)
            .MinBy(SetReplication.Deadline);
        if (first is null || SetReplication.Deadline(first) is not { } deadline || first.StartedAt is not { } began)
        {
            return "";
        }

        var text = $"{deadline.ToUniversalTime():yyyy-MM-dd HH:mm}Z";
        var now = context.Time.GetUtcNow();
        return now >= deadline
            ? $"WARNING: the sources of paused groups kept their log only until {text}; their targets may have to be "
                + "bootstrapped again. "
            : now - began >= (deadline - began) / 2
            ? $"WARNING: more than half of the time is over for which the sources of paused groups keep their log; it "
                + $"ends at {text}. "
            : $"The sources of paused groups keep their log until {text}. ";
    }

    // Several groups may have the same cluster as their peer.
    private static IEnumerable<ReplicationGroup> Clusters(IEnumerable<ReplicationGroup> groups) =>
        groups.DistinctBy(g => (Joined(g.Peer.Masters), Joined(g.Peer.WebAddresses)));

    private static string Joined(IEnumerable<string> addresses) =>
        string.Join(',', addresses.Order(StringComparer.Ordinal));
}

/// <summary>Compares the AutoFlags of both ends of a replication group: a target that has not promoted what its source
/// uses cannot read the source's log (docs/project/research/yugabytedb.md#procedure).</summary>
internal sealed class ReplicationFlags(YugabyteCluster cluster)
{
    private const int Named = 6;

    /// <summary>Why this universe, the source of a group, must not promote AutoFlags yet: its target lacks flags that
    /// are promoted here, or runs the new version but has promoted nothing more, which an administrator may
    /// acknowledge. Null if nothing is wrong.</summary>
    public (string Message, bool MayBeAcknowledged)? OfTarget(
        ReplicationGroup group, AutoFlagsConfig own, AutoFlagsConfig theirs, YugabyteVersion from, YugabyteVersion to)
    {
        var peer = cluster.Peer(group).Display;
        var missing = Missing(own, theirs);
        if (missing.Count > 0)
        {
            return (
                $"{peer}, the target of replication group {group.Name}, has not promoted {PackageFlags.Count(missing)} "
                + $"that this universe uses: {Sentences.List(missing, Named)}. Promote them there "
                + "(promote_auto_flags), or choose replication.mode: PauseBothSides",
                false);
        }

        return from.Series != to.Series && theirs.Promoted.IsSubsetOf(own.Promoted)
            ? (
                $"{peer}, the target of replication group {group.Name}, runs {to} but has promoted no "
                + "AutoFlag that this universe lacks, so its upgrade does not seem to be final (TargetFirst). "
                + "Finalize the upgrade of the target first.",
                true)
            : null;
    }

    /// <summary>Why this universe cannot replicate from the source of a group: the source uses AutoFlags that are not
    /// promoted here. Null if nothing is wrong.</summary>
    public string? OfSource(ReplicationGroup group, AutoFlagsConfig own, AutoFlagsConfig theirs)
    {
        var missing = Missing(theirs, own);
        return missing.Count == 0
            ? null
            : $"{cluster.Peer(group).Display}, the source of replication group {group.Name}, uses "
                + $"{PackageFlags.Count(missing)} that this universe has not promoted: "
                + $"{Sentences.List(missing, Named)}.";
    }

    /// <summary>Why a source must not promote AutoFlags now, by what both ends have promoted at this moment; null if it
    /// may. Universes that are targets too wait for their peers before (<see cref="AwaitPeers"/>).</summary>
    /// <param name="before">What was promoted here before the promotion that is asked for.</param>
    /// <exception cref="Drydock.Reconcilers.Upgrades.TargetException">One end cannot be read.</exception>
    public async Task<string?> FindObstacleAsync(RecordedFlags before, CancellationToken cancellationToken)
    {
        var groups = cluster.Settings.Replication.Groups;
        var (from, to) = (
            YugabyteVersion.Parse(cluster.Spec.FromVersion), YugabyteVersion.Parse(cluster.Spec.ToVersion));
        if (groups.Count == 0
            || !YugabyteFeatures.HasAutoFlags(from)
            || YugabyteFeatures.Replication(cluster.Spec, from) != ReplicationMode.TargetFirst)
        {
            return null;
        }

        foreach (var group in groups)
        {
            if (await cluster.InboundAsync(group, ReplicationTarget.Here, cancellationToken) is not null)
            {
                return null;
            }
        }

        var own = await cluster.Tool().AutoFlagsAsync(cancellationToken);
        var mayHaveBegun = !before.Is(own);
        foreach (var group in groups)
        {
            if (await cluster.InboundAsync(group, ReplicationTarget.There, cancellationToken) is null)
            {
                continue;
            }

            var theirs = await cluster.PeerTool(group).AutoFlagsAsync(cancellationToken);
            if (OfTarget(group, own, theirs, from, to) is { } problem
                && !(problem.MayBeAcknowledged && (mayHaveBegun || IsAcknowledged(group))))
            {
                return problem.MayBeAcknowledged
                    ? $"{problem.Message} If it is final, add {Reasons.PeerNotUpgraded}/{group.Name} to "
                        + "spec.preflight.acknowledge."
                    : problem.Message;
            }
        }

        return null;
    }

    private bool IsAcknowledged(ReplicationGroup group) =>
        cluster.Spec.Preflight.Acknowledge.Exists(
            a => a is Reasons.PeerNotUpgraded || a == $"{Reasons.PeerNotUpgraded}/{group.Name}");

    internal static List<string> Missing(AutoFlagsConfig needed, AutoFlagsConfig promoted) =>
        [.. needed.Promoted.Except(promoted.Promoted, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>How long the source of a replication group keeps its log for a target that does not read it. After that the
/// target has to be bootstrapped again. Pure.</summary>
internal static class ReplicationRetention
{
    public const string Kept = "cdc_wal_retention_time_secs";

    /// <summary>The flag of tablet servers: how long the log is kept at most, for whatever reason.</summary>
    public const string AtMost = "log_max_seconds_to_retain";

    /// <summary>The time that the flags of the source's processes allow; null if none of them says it.</summary>
    public static TimeSpan? Of(IEnumerable<IReadOnlyDictionary<string, string>> flags)
    {
        var spans = flags.SelectMany(f => new[] { Seconds(f, Kept), Seconds(f, AtMost) }).OfType<TimeSpan>().ToList();
        return spans.Count == 0 ? null : spans.Min();
    }

    // 0 and negative numbers are no limit.
    private static TimeSpan? Seconds(IReadOnlyDictionary<string, string> flags, string name) =>
        flags.Number(name) is { } seconds and > 0 and <= int.MaxValue ? TimeSpan.FromSeconds(seconds) : null;
}

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Promotes AutoFlags (docs/project/research/yugabytedb.md#autoflags). After this step old programs cannot run any
/// more, unless only the volatile class was requested. Immediately before, every process is asked for its version, and
/// the universe must be healthy.
/// <para>
/// The version of the configuration shows that something was promoted, but not that everything was; only the answer of
/// the tool shows that. The step is therefore done when the tool has said so to this process. After a kill before that
/// was stored, or if the answer was lost, the promotion is requested again, which promotes nothing twice. That the
/// former request promoted something is then seen by the configuration; whether a restart is needed is not seen, so it
/// counts as needed.
/// </para>
/// </summary>
/// <param name="Class">The highest class to promote.</param>
[Step("promote")]
internal sealed record PromoteAutoFlags(AutoFlagClass Class) : YugabyteStep
{
    internal override string Title(string? node) => Class == AutoFlagClass.LocalVolatile
        ? "Promote AutoFlags that can be rolled back"
        : $"Promote AutoFlags up to {Class}";

    internal override bool IsPointOfNoReturn => Class != AutoFlagClass.LocalVolatile;

    internal override string Told(DatabaseRollingUpgradeSpec spec, string? node) =>
        AdminCommand.Of(spec).Text(AdminTool.Promotion(Class));

    // Before an old program starts that does not know them. If other classes were promoted, no rollback is possible.
    internal override YugabyteUndo? Undo(DatabaseRollingUpgradeSpec spec, PlanProgress done, Step own) =>
        !IsPointOfNoReturn
        && own.Recorded(FlagsBeforeReceipt) is { } before
        && YugabyteRollback.Swaps(spec, done).FirstOrDefault() is { Program: { } former } first
            ? new YugabyteUndo(
                DatabaseRollingUpgradePhases.RollbackAutoFlags, Instance: null,
                new RollBackAutoFlags(
                    int.Parse(before, CultureInfo.InvariantCulture), first.Instance, former.Directory))
            : null;

    public const string FlagsBeforeReceipt = ProveAdminTool.FlagsFact;
    public const string FlagsAfterFact = "autoFlagsAfter";
    public const string FlagsAfterDigestFact = "autoFlagsAfterDigest";
    public const string PromotedFact = "promoted";
    public const string NeedsRestartFact = "needsRestart";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.OfAttempt<Request>().Answer is not { } answer)
        {
            return new Observation.NotStarted("AutoFlags have not been promoted in this attempt.");
        }

        var after = await Cluster.Tool().AutoFlagsAsync(cancellationToken);
        var isAnswerLost = !answer.Promoted && !RecordedFlags.Of(context.Plan).Is(after);
        var isPromoted = answer.Promoted || isAnswerLost;
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [FlagsAfterFact] = after.Version.ToString(CultureInfo.InvariantCulture),
            [FlagsAfterDigestFact] = after.Digest,
            [PromotedFact] = isPromoted ? "true" : "false",
        };
        if (answer.NeedsRestart || isAnswerLost)
        {
            facts[NeedsRestartFact] = "true";
        }

        var what = isPromoted ? "New AutoFlags were promoted" : "There were no new AutoFlags to promote";
        return new Observation.Done($"{what}; the configuration is of version {after.Version}.", facts);
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        var before = RecordedFlags.Of(context.Plan).Version;
        return before is null ? await base.PrepareAsync(context, cancellationToken) : Entry(FlagsBeforeReceipt, before);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var report = await new VersionCheck(Cluster).ReadAsync(version, cancellationToken);
        if (!report.IsClean)
        {
            throw NotYet(
                Reasons.VersionMismatch,
                $"AutoFlags are not promoted while a process may be of another version than {Cluster.Spec.ToVersion}. "
                + report.Describe());
        }

        var problems = await new ClusterGate(Cluster).HealthProblemsAsync(context.Plan, cancellationToken);
        var before = RecordedFlags.Of(context.Plan);

        // After a promotion whose answer was lost the command is repeated: the universe is looked at after it.
        if (problems.Count > 0
            && (before.Digest is null || before.Is(await Cluster.Tool().AutoFlagsAsync(cancellationToken))))
        {
            throw NotYet(
                Reasons.ClusterUnhealthy, $"AutoFlags are not promoted while the universe is unhealthy. {problems[0]}");
        }

        // What the target of replication has promoted may have changed since preflight.
        if (await new ReplicationFlags(Cluster).FindObstacleAsync(before, cancellationToken) is { } obstacle)
        {
            throw NotYet(Reasons.PeerNotUpgraded, $"AutoFlags are not promoted. {obstacle}");
        }

        Cluster.Context.EnsureMayAct();
        context.OfAttempt<Request>().Answer = await Cluster.Tool().PromoteAutoFlagsAsync(Class, cancellationToken);
    }

    private sealed class Request
    {
        public AutoFlagsPromotion? Answer { get; set; }
    }
}

/// <summary>The AutoFlags configuration as this upgrade left it: after its own volatile promotion, otherwise as it was
/// before the first stop. Any other one was made by others, or by a promotion that has begun.</summary>
/// <param name="Version">Null if it was not recorded.</param>
/// <param name="Digest">Null if it was not recorded.</param>
internal sealed record RecordedFlags(string? Version, string? Digest)
{
    public static RecordedFlags Of(PlanProgress plan)
    {
        var before = plan.Step<ProveAdminTool>();
        return plan.Step<PromoteAutoFlags>(phase: DatabaseRollingUpgradePhases.PromoteVolatileFlags)
            is { State: StepState.Succeeded } own
            ? new RecordedFlags(
                own.Recorded(PromoteAutoFlags.FlagsAfterFact), own.Recorded(PromoteAutoFlags.FlagsAfterDigestFact))
            : new RecordedFlags(
                before?.Recorded(ProveAdminTool.FlagsFact), before?.Recorded(ProveAdminTool.FlagsDigestFact));
    }

    /// <summary>Whether a configuration is this one, or has the same flags: to promote flags and to roll them back both
    /// raise the version (docs/project/research/yugabytedb.md#admin-tool). True if none was recorded.</summary>
    public bool Is(AutoFlagsConfig config) =>
        Version is null || Version == $"{config.Version}" || Digest == config.Digest;
}

/// <summary>Waits until promoted AutoFlags have reached every process (<see cref="FlagsDelay"/>).</summary>
[Step("await-flags", "Wait until every process has the new AutoFlags", Attempts = 1)]
internal sealed record AwaitAutoFlags : YugabyteStep, IWaitsOnly
{
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var promote = context.Plan.Steps.Find(s => s.Is<PromoteAutoFlags>() && s.Phase == context.Step.Phase);
        return promote?.Recorded(PromoteAutoFlags.PromotedFact) == "false" || promote?.FinishedAt is not { } at
            ? new Observation.Done("No AutoFlags were promoted.")
            : await new FlagsDelay(Cluster).LookAsync(
                context.Time.GetUtcNow() - at, context.Time, cancellationToken)
                ?? (Observation)new Observation.Done();
    }
}

/// <summary>How long changed AutoFlags take to reach every process: twice heartbeat_interval_ms
/// (docs/project/research/yugabytedb.md#procedure), or auto_flags_apply_delay_ms if the version has that flag. Both
/// values are read from the processes.</summary>
internal sealed class FlagsDelay(YugabyteCluster cluster)
{
    private const string Heartbeat = "heartbeat_interval_ms";
    private const string ApplyDelay = "auto_flags_apply_delay_ms";

    // The documented default.
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(1);

    /// <summary>What is waited for; null if every process has the flags.</summary>
    /// <param name="elapsed">The time since they were changed.</param>
    public async Task<Observation.Running?> LookAsync(
        TimeSpan elapsed, TimeProvider time, CancellationToken cancellationToken)
    {
        var (master, problem) = await Asking.TryAsync(
            async () => await cluster.Client.FlagsAsync(
                await cluster.LeaderAsync(cancellationToken), cancellationToken));
        if (master is null)
        {
            return new Observation.Running($"Waiting for the leading master. {problem}");
        }

        // A server that does not answer gets the flags when it is back; the others are enough to know how long it
        // takes.
        var tservers = await SideBySide.EachAsync(
            cluster.Tservers,
            (server, token) => Asking.TryAsync(() => cluster.Client.FlagsAsync(cluster.Web(server), token)),
            cancellationToken);

        // Servers may be configured differently; the slowest one decides.
        var wait = tservers.Select(t => t.Answer)
            .OfType<IReadOnlyDictionary<string, string>>()
            .Select(flags => Longer(
                2 * (Milliseconds(flags, Heartbeat) ?? DefaultHeartbeat), Milliseconds(flags, ApplyDelay)))
            .Append(Longer(2 * DefaultHeartbeat, Milliseconds(master, ApplyDelay)))
            .Max();
        return elapsed >= wait
            ? null
            : new Observation.Running(
                $"Waiting {KubernetesDuration.Format(wait)} until every process has the new AutoFlags.")
            {
                EndsAt = time.GetUtcNow() + wait - elapsed,
            };
    }

    private static TimeSpan? Milliseconds(IReadOnlyDictionary<string, string> flags, string name) =>
        flags.Number(name) is { } value and >= 0 and <= int.MaxValue ? TimeSpan.FromMilliseconds(value) : null;

    private static TimeSpan Longer(TimeSpan a, TimeSpan? b) => b > a ? b.Value : a;
}

/// <summary>Rollback: rolls back the volatile AutoFlags that were promoted, before an old program starts that does not
/// know them (docs/project/research/yugabytedb.md#procedure), and waits until every process has done so
/// (<see cref="FlagsDelay"/>). The command may be repeated, so after a kill it is run again.</summary>
/// <param name="FlagsVersion">The version of the AutoFlags configuration to go back to.</param>
/// <param name="Instance">An instance that has the former package on its host; null if none is known.</param>
[Step("roll-back")]
internal sealed record RollBackAutoFlags(int FlagsVersion, string? Instance = null, string? Directory = null)
    : YugabyteStep
{
    internal override string Title(string? node) => $"Roll back AutoFlags to configuration version {FlagsVersion}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.OfAttempt<Request>().Answer is not { } answer)
        {
            return new Observation.NotStarted("AutoFlags have not been rolled back in this attempt.");
        }

        // Also if there was nothing to roll back: the answer of a former request may have been lost.
        if (await new FlagsDelay(Cluster).LookAsync(
            context.Time.GetElapsedTime(answer.At), context.Time, cancellationToken) is { } wait)
        {
            return wait;
        }

        var unknown = this is { Instance: { } instance, Directory: { } directory }
            ? await new PackageFlags(Cluster).UnknownAsync(instance, directory, cancellationToken)
            : null;
        return unknown?.Count > 0
            ? new Observation.Failed(
                Reasons.VersionPathUnsupported,
                $"The programs of {Cluster.Spec.FromVersion} do not know AutoFlags that are promoted "
                + $"and cannot be rolled back: {Sentences.List(unknown, PackageFlags.Named)}. They would end at start "
                + $"(AutoFlag is not found), so none was started. Continue to {Cluster.Spec.ToVersion}.")
            : new Observation.Done(answer.IsRolledBack
                ? "Volatile AutoFlags were rolled back."
                : "There were no volatile AutoFlags to roll back.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        context.OfAttempt<Request>().Answer = (
            await Cluster.Tool().RollBackAutoFlagsAsync(FlagsVersion, cancellationToken), context.Time.GetTimestamp());

    private sealed class Request
    {
        public (bool IsRolledBack, long At)? Answer { get; set; }
    }
}

/// <summary>What the programs of a package would make of the promoted AutoFlags: they end at start if they do not know
/// one (docs/project/research/yugabytedb.md#autoflags).</summary>
internal sealed class PackageFlags(YugabyteCluster cluster)
{
    public const int Named = 6;

    // Where packages have it.
    public static readonly string[] Files = ["bin/auto_flags.json", "share/auto_flags.json", "auto_flags.json"];

    public static string Count(IReadOnlyCollection<string> flags) =>
        Sentences.Count(flags.Count, "AutoFlag", "AutoFlags");

    /// <summary>Why a rollback must not begin; null if it may, or if nothing can be read: starting processes again may
    /// repair that. What the upgrade itself promoted is rolled back by a step, which then looks for the
    /// same.</summary>
    public async Task<string?> FindObstacleAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        if (plan.Steps.Exists(s => s.Is<PromoteAutoFlags>() && s.HasEverBegun)
            || YugabyteRollback.Swaps(cluster.Spec, plan).FirstOrDefault()
                is not { Instance: { } instance, Program: { Directory: { } directory } })
        {
            return null;
        }

        try
        {
            var before = RecordedFlags.Of(plan);
            return before.Version is not null && before.Is(await cluster.AutoFlagsAsync(cancellationToken))
                ? null
                : await FindProblemAsync(
                    instance, directory, before.Version, $"continue to {cluster.Spec.ToVersion}", cancellationToken);
        }
        catch (TargetException)
        {
            return null;
        }
    }

    /// <summary>Why the programs of a package would end at start; null if they would not.</summary>
    /// <param name="version">The configuration with which they ran; null if it is not known.</param>
    /// <param name="otherwise">What to do if the flags cannot be rolled back.</param>
    public async Task<string?> FindProblemAsync(
        string instance, string directory, string? version, string otherwise, CancellationToken cancellationToken)
    {
        var unknown = await UnknownAsync(instance, directory, cancellationToken);
        return unknown is not { Count: > 0 }
            ? null
            : $"the programs of {cluster.Spec.FromVersion} do not know "
                + $"{Sentences.Count(unknown.Count, "AutoFlag that was", "AutoFlags that were")} promoted by others "
                + $"meanwhile: {Sentences.List(unknown, Named)}. If they are volatile, run "
                + $"`rollback_auto_flags {version ?? "VERSION"}`; otherwise {otherwise}";
    }

    /// <summary>The promoted AutoFlags that a package does not list; null if it has no list.</summary>
    /// <param name="instance">An instance that has the package on its host.</param>
    public async Task<IReadOnlyList<string>?> UnknownAsync(
        string instance, string directory, CancellationToken cancellationToken)
    {
        var host = cluster.Hosts.Files(cluster.Instance(instance).Host);
        var hasFlags = YugabyteFeatures.HasAutoFlags(YugabyteVersion.Parse(cluster.Spec.FromVersion));
        foreach (var file in hasFlags ? Files : [])
        {
            if (await host.ReadAsync($"{directory.TrimEnd('/')}/{file}", cancellationToken) is { } known)
            {
                var promoted = (await cluster.AutoFlagsAsync(cancellationToken)).Promoted;
                return
                [
                    .. promoted.Where(f => !known.Contains(
                        $"\"{f[(f.IndexOf('/', StringComparison.Ordinal) + 1)..]}\"", StringComparison.Ordinal)).Order(
                        StringComparer.Ordinal),
                ];
            }
        }

        return null;
    }
}

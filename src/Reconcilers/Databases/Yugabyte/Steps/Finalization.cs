namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Waits until the universe has been healthy in the new version for spec.yugabyte.soak, before the upgrade is
/// made final. The time counts from the end of the steps before this one; an unhealthy look starts it again. Since when
/// it has been healthy is stored, so that a restart of the operator never shortens the time.</summary>
[Step("soak", Attempts = 1)]
internal sealed record Soak : YugabyteStep, IWaitsOnly
{
    private const string HealthySinceFact = "healthySince";
    private const string Never = "never";

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Watch the new version for {Settings(spec).Soak} before the upgrade is made final";

    // A universe that becomes unhealthy while it is watched is watched from the beginning.
    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(Settings(spec).Soak) + TimeSpan.FromDays(7);

    private static YugabyteSpec Settings(DatabaseRollingUpgradeSpec spec) => spec.Yugabyte ?? new YugabyteSpec();

    protected override TimeSpan Pause => TimeSpan.FromSeconds(5);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var seen = context.Memory.Of<Health>();
        var problems = await new ClusterGate(Cluster).HealthProblemsAsync(context.Plan, cancellationToken);
        if (problems.Count > 0)
        {
            var since = seen.UnhealthySince ??= now;
            seen.HealthySince = Never;
            var patience = VerifyPatience(Cluster.Spec);
            return now - since < patience
                ? new Observation.Running(
                    $"The upgrade is not made final while the universe is unhealthy. {problems[0]}", seen.Facts)
                : new Observation.Failed(
                    Reasons.ClusterUnhealthy,
                    "The upgrade was not made final, because the universe has been unhealthy for "
                    + $"{KubernetesDuration.Format(patience)}. {string.Join(" ", problems)} "
                    + "Repair it, then retry; or roll back, if the plan's notes say that this is possible.");
        }

        seen.UnhealthySince = null;
        seen.HealthySince ??= context.Step.Facts?.GetValueOrDefault(HealthySinceFact);
        if (seen.HealthySince == Never)
        {
            seen.HealthySince = now.ToString("O", CultureInfo.InvariantCulture);
        }

        var soak = KubernetesDuration.Parse(Cluster.Settings.Soak);
        var end = HealthyFrom(context, seen.HealthySince, now) + soak;
        return now >= end
            ? new Observation.Done($"The universe has been healthy for {Cluster.Settings.Soak} in the new version.")
            : new Observation.Running(
                $"The universe is healthy. If it stays so, the upgrade is made final from "
                + $"{end.ToUniversalTime():yyyy-MM-dd HH:mm:ss}Z on (spec.yugabyte.soak).",
                seen.Facts)
            {
                EndsAt = end,
            };
    }

    private static DateTimeOffset HealthyFrom(StepContext context, string? recorded, DateTimeOffset now) =>
        recorded is null
            ? context.Plan.Steps
                .Where(s => context.Step.After.Contains(s.Id, StringComparer.Ordinal))
                .Max(s => s.FinishedAt) ?? now
            : DateTimeOffset.Parse(recorded, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private sealed class Health
    {
        public DateTimeOffset? UnhealthySince { get; set; }

        /// <summary>Null if it was never seen unhealthy, <see cref="Never"/> while it is.</summary>
        public string? HealthySince { get; set; }

        public IReadOnlyDictionary<string, string>? Facts => HealthySince is null
            ? null
            : new Dictionary<string, string>(StringComparer.Ordinal) { [HealthySinceFact] = HealthySince };
    }
}

/// <summary>Verifies that every process is of the wanted version, by what each process reports and by the program that
/// each host reports, and that no instance has a second process. A process of the old version must not exist when
/// AutoFlags are promoted: it ends with a fatal error and cannot start again
/// (docs/project/research/yugabytedb.md#autoflags).</summary>
/// <param name="Version">In a rollback: the wanted version; null for toVersion.</param>
internal sealed record VerifyVersions(string? Version = null) : YugabyteStep, IWaitsOnly
{
    internal override string Verb => Version is null ? "verify" : "verify-versions";
    internal override int Attempts => 1;

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Verify that every process is of {Version ?? spec.ToVersion}";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        VerifyPatience(spec) + Margin;

    private const int Named = 8;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = Version ?? Cluster.Spec.ToVersion;
        var report = await new VersionCheck(Cluster).ReadAsync(YugabyteVersion.Parse(version), cancellationToken);
        var processes = await SideBySide.EachAsync(
            Cluster.Spec.Instances, (i, token) => WrongAsync(context, i, token), cancellationToken);
        var wrong = report.Others.Concat(processes.OfType<string>()).ToList();
        if (wrong.Count > 0)
        {
            var more = wrong.Count > Named ? $" {wrong.Count - Named} more processes are wrong." : "";
            return new Observation.Failed(
                Reasons.VersionMismatch,
                $"Not every process is of {version}. {string.Join(" ", wrong.Take(Named))}{more} "
                + "Stop processes that do not belong there, or start the right program; then the upgrade continues "
                + "automatically.");
        }

        return report.IsClean
            ? new Observation.Done($"Every process is of {version}.")
            : Elapsed(context) < VerifyPatience(Cluster.Spec)
            ? new Observation.Running($"Waiting until every process reports its version. {report.Describe()}")
            : new Observation.Failed(
                Reasons.InstanceUnhealthy, $"Not every process reports its version. {report.Describe()}");
    }

    private async Task<string?> WrongAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await Cluster.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (process.Strays is [var stray, ..])
        {
            return $"{instance.Name}: unexpected second process on {instance.Host} (pid {stray.Pid}, "
                + $"{stray.Executable}), which its supervisor does not know.";
        }

        // In a rollback the program of each instance is verified by its own step.
        var name = Cluster.Vocabulary.Program(instance.Component);
        var program = PrepareYugabytePackage.Program(context.Plan, instance.Host, name);
        return program is null || process.ExecutableSha256 is null || process.ExecutableSha256 == program
            ? null
            : $"{instance.Name} runs {process.Executable} on {instance.Host}, which is not the program of the package.";
    }
}

/// <summary>Whether every process is of one version: each is asked itself, and what the masters list besides is asked
/// too (docs/project/research/yugabytedb.md#rules).</summary>
internal sealed class VersionCheck(YugabyteCluster cluster)
{
    public async Task<VersionReport> ReadAsync(YugabyteVersion version, CancellationToken cancellationToken)
    {
        var (processes, problem) = await ProcessesAsync(cancellationToken);
        var asked = await SideBySide.EachAsync(
            processes,
            async (process, token) => (
                process.Name,
                Seen: await Asking.TryAsync(() => cluster.Client.VersionAsync(process.Web, token))),
            cancellationToken);
        return new VersionReport(
            [
                .. from one in asked
                   where one.Seen.Answer is { } running && !cluster.IsOf(version, running)
                   select $"{one.Name} runs {one.Seen.Answer}.",
            ],
            [
                .. asked.Where(a => a.Seen.Problem is not null).Select(a => $"{a.Name}: {a.Seen.Problem}"),
                .. problem is null ? Array.Empty<string>() : [problem],
            ]);
    }

    // Without a leader, processes that the spec does not list are unknown, so their absence cannot be concluded.
    private async Task<(IReadOnlyList<(string Name, ServiceAddress Web)> Processes, string? Problem)> ProcessesAsync(
        CancellationToken cancellationToken)
    {
        var known = cluster.Spec.Instances.Select(i => (i.Name, Web: cluster.Web(i))).ToList();
        var addresses = known.Select(k => k.Web).ToHashSet();
        try
        {
            var leader = await cluster.LeaderAsync(cancellationToken);
            var masters = (await cluster.Client.MastersAsync(leader, cancellationToken))
                .Select(m => m.Web)
                .OfType<ServiceAddress>();
            var listed = await cluster.Client.TserversAsync(leader, cancellationToken);
            var gone = cluster.TakenOut(listed, await cluster.Client.ClusterConfigAsync(leader, cancellationToken));
            var tservers = listed.Except(gone).Select(t => t.Web);
            known.AddRange(masters.Concat(tservers).Where(addresses.Add).Select(a => (a.ToString(), a)));
        }
        catch (TargetException exception)
        {
            return (known, exception.Message);
        }

        return (known, null);
    }
}

/// <summary>The processes that are not of a version.</summary>
/// <param name="Others">Processes that report another version, one sentence each.</param>
/// <param name="Silent">Processes that do not report a version, one sentence each.</param>
internal sealed record VersionReport(IReadOnlyList<string> Others, IReadOnlyList<string> Silent)
{
    private const int Named = 6;

    public bool IsClean => Others.Count == 0 && Silent.Count == 0;

    public string Describe()
    {
        var all = Others.Concat(Silent).ToList();
        var more = all.Count > Named ? $" {all.Count - Named} more processes are not of the version." : "";
        return string.Join(" ", all.Take(Named)) + more;
    }
}

/// <summary>Upgrades the SQL catalogue by upgrade_ysql or upgrade_bsql (docs/project/research/yugabytedb.md#procedure).
/// Statements that change the catalogue meanwhile let the command fail with a version mismatch; it is then repeated
/// after a pause, a limited number of times. It never runs twice at once: before each run every host is searched for
/// one. When the tool's time is over, or when an earlier command may still be under way because its end was not seen,
/// the tablet server may still migrate: its end is awaited by the version of the catalogue. The command may be repeated
/// and only its own answer shows that it is done, so it is run again after that.</summary>
[Step("upgrade", Attempts = 3)]
internal sealed record UpgradeCatalog : YugabyteStep
{
    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Upgrade the SQL catalogue ({YugabyteVocabulary.Of(spec).UpgradeCatalogCommand})";

    internal override string Told(DatabaseRollingUpgradeSpec spec, string? node) =>
        AdminCommand.Of(spec).Text(YugabyteVocabulary.Of(spec).UpgradeCatalogCommand);

    internal override bool IsPointOfNoReturn => true;

    // The command may take the whole time, and so may a tablet server after it.
    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        (2 * KubernetesDuration.Parse(spec.Timeouts.Finalize)) + CatalogWatch.Still + Margin;

    public const int Tries = 5;

    private const string Unseen = "A tablet server may still upgrade the catalogue, and the version of the catalogue "
        + "cannot be read to see its end. Wait until pg_stat_activity of no tablet server shows migrations, then "
        + "retry.";

    public const string NotNeededFact = "notNeeded";

    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var sql = Cluster.Vocabulary.Sql;
        return Task.FromResult<Observation>(
            context.OfAttempt<Request>().Answer is not { } answer
                ? new Observation.NotStarted("The catalogue has not been upgraded in this attempt.")
                : answer.IsNeeded
                    ? new Observation.Done($"The {sql} catalogue was upgraded to the latest version.")
                    : new Observation.Done(
                        $"{sql} is disabled, so there is no catalogue to upgrade.", Entry(NotNeededFact, "true")));
    }

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        // An attempt that is taken up again is prepared again.
        context.OfAttempt<Request>().IsFresh = context.Step.StartedAt is null;
        return base.PrepareAsync(context, cancellationToken);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        // A former attempt, or this one in a former life of the operator, may have started the command.
        var request = context.OfAttempt<Request>();
        (var isFresh, request.IsFresh) = (request.IsFresh, false);
        var mayHaveBegun = context.Step.Attempt > 1 || !isFresh;
        if (mayHaveBegun
            && !await new CatalogWatch(Cluster).UntilStillAsync(context.Time, cancellationToken)
            && !(isFresh && context.Step.Record.Tries == 1))
        {
            // A retry by an administrator is a new attempt: the administrator has seen the end.
            throw NotYet(Reasons.AdminToolFailed, $"The command was started before. {Unseen}");
        }

        for (var attempt = 1; !await TryAsync(context, attempt, cancellationToken); attempt++)
        {
            var pause = Timers.Clamp(KubernetesDuration.Parse(Cluster.Settings.CatalogRetryPause));
            await Task.Delay(pause, context.Time, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(StepContext context, int attempt, CancellationToken cancellationToken)
    {
        var (tool, command) = (Cluster.Tool(), Cluster.Vocabulary.UpgradeCatalogCommand);
        if (await Cluster.FindCatalogUpgradeAsync(cancellationToken) is { } busy)
        {
            throw NotYet(
                Reasons.AdminToolFailed,
                $"Another {command} runs on {busy}, and two at once damage the catalogue. The upgrade continues "
                + $"automatically when it has ended. See `ps -ef | grep {command}` there.");
        }

        // A hold, a pause or a failure may lie between the last look and this.
        if (await new ClusterGate(Cluster).HealthProblemsAsync(context.Plan, cancellationToken) is [var problem, ..])
        {
            throw NotYet(
                Reasons.ClusterUnhealthy, $"The catalogue is not upgraded while the universe is unhealthy. {problem}");
        }

        try
        {
            Cluster.Context.EnsureMayAct();
            context.OfAttempt<Request>().Answer = await tool.UpgradeCatalogAsync(
                Timers.Clamp(KubernetesDuration.Parse(Cluster.Spec.Timeouts.Finalize)), cancellationToken);
            return true;
        }
        catch (AdminToolException exception)
        {
            var (isTimeOut, isPassing) = (
                CatalogUpgrade.IsTimeOut(exception.Printed), CatalogUpgrade.IsPassing(exception.Printed));

            // The tablet server continues after the tool has stopped waiting.
            var isSeen = !isTimeOut
                || await new CatalogWatch(Cluster).UntilStillAsync(context.Time, cancellationToken);
            if (isSeen && (isTimeOut || isPassing) && attempt < Tries)
            {
                return false;
            }

            var message = !isSeen
                ? $"{exception.Message} {Unseen}"
                : isTimeOut
                ? $"{command} did not end within spec.timeouts.finalize, {Tries} times. {exception.Message} Raise "
                    + "spec.timeouts.finalize, then retry."
                : isPassing
                ? $"{command} failed {Tries} times because of concurrent changes. {exception.Message} Stop all "
                    + "statements that change tables, then retry."
                : $"{exception.Message} The old catalogue is still in use. Fix the cause, then retry.";
            throw new StepActionException(Reasons.AdminToolFailed, message, retryable: false, exception);
        }
    }

    private sealed class Request
    {
        public bool IsFresh { get; set; }

        public CatalogUpgrade? Answer { get; set; }
    }
}

/// <summary>Waits until no upgrade of the SQL catalogue is under way: no command runs on the tool host, and the version
/// of the catalogue, which every migration raises, has not changed for a while. The command's own end was not
/// seen.</summary>
internal sealed class CatalogWatch(YugabyteCluster cluster)
{
    /// <summary>For how long the version must not have changed.</summary>
    public static readonly TimeSpan Still = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Waits; the caller limits the time.</summary>
    /// <returns>False if the version cannot be read, so that only the tool host was watched.</returns>
    /// <exception cref="HostException">The tool host cannot be reached.</exception>
    public async Task<bool> UntilStillAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var tool = cluster.Tool();
        var (known, since) = (await VersionAsync(tool, cancellationToken), time.GetUtcNow());
        while (time.GetUtcNow() - since < Still)
        {
            await Task.Delay(Pause, time, cancellationToken);
            var now = await VersionAsync(tool, cancellationToken);
            if (now != known || await tool.IsUpgradingCatalogAsync(cancellationToken))
            {
                (known, since) = (now, time.GetUtcNow());
            }
        }

        return known is not null;
    }

    // While the masters have no leader, the version cannot be read; that is no sign of an end either.
    private static async Task<long?> VersionAsync(AdminTool tool, CancellationToken cancellationToken)
    {
        try
        {
            return await tool.CatalogVersionAsync(cancellationToken);
        }
        catch (AdminToolException)
        {
            return null;
        }
    }
}

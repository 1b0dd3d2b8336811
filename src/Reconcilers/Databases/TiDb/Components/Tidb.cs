namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Makes a TiDB server resign as DDL owner before it is stopped (docs/project/research/tidb.md#tidb-server).
/// It is asked once another server is ready, and again until one has become the owner: a server that has just started
/// may not be a candidate yet.</summary>
internal sealed record DrainTidb : DrainInstance
{
    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(2);
    private const int Named = 6;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => WhileOldRunsAsync(context, async instance =>
    {
        var others = Spec.Of(DatabaseComponent.TiDB).Where(i => i.Name != instance.Name).ToList();
        if (others.Count == 0)
        {
            return new Observation.Done($"{instance.Name} is the only TiDB server.");
        }

        if (!(await Targets.Tidb.InfoAsync(Spec.Status(instance), cancellationToken)).IsOwner)
        {
            return new Observation.Done($"{instance.Name} is not the DDL owner.");
        }

        var request = context.Memory.Of<ResignRequest>();
        if (request.IsUnknown)
        {
            return new Observation.Done(
                $"{instance.Name} is the DDL owner, and its version has no request to resign. Another server becomes "
                + "the owner once its lease has ended.");
        }

        if (request.At is { } asked && context.Time.GetElapsedTime(asked) < MovesWithin)
        {
            return new Observation.Running($"{instance.Name} is still the DDL owner.");
        }

        return await IsAnyReadyAsync(others, cancellationToken)
            ? new Observation.NotStarted($"{instance.Name} is the DDL owner.") { IsSameAttempt = true }
            : new Observation.Running(
                $"{instance.Name} is the DDL owner. Waiting until another TiDB server is ready to take over: "
                + $"{Sentences.List([.. others.Select(i => i.Name)], Named)}.");
    }, cancellationToken);

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (instance, request) = (Instance(context), context.Memory.Of<ResignRequest>());
        if (!await Targets.Tidb.ResignDdlOwnerAsync(Spec.Status(instance), cancellationToken))
        {
            request.IsUnknown = true;
        }

        request.At = context.Time.GetTimestamp();
    }

    // The status port opens after the system tables are upgraded.
    private async Task<bool> IsAnyReadyAsync(List<DatabaseInstance> servers, CancellationToken cancellationToken)
    {
        foreach (var server in servers)
        {
            var (version, _) = await Asking.TryAsync(
                () => Targets.Tidb.VersionAsync(Spec.Status(server), cancellationToken));
            if (version is not null)
            {
                return true;
            }
        }

        return false;
    }

    private sealed class ResignRequest
    {
        /// <summary>A server of a version without the request.</summary>
        public bool IsUnknown { get; set; }

        public long? At { get; set; }
    }
}

/// <summary>A TiDB server is verified when its status reports the new version and it executes a statement: it opens its
/// SQL port only once the system tables have the version of its program (docs/project/research/tidb.md#tidb-server).
/// The number of that version (tidb_server_version) stays the same in most patch releases, and never becomes
/// lower.</summary>
/// <param name="BootstrapBefore">tidb_server_version before the upgrade, if this is the server that upgrades the
/// system tables.</param>
internal sealed record VerifyTidb(long? BootstrapBefore = null) : VerifyInstance
{
    protected override async Task<Observation?> InClusterAsync(SeenInstance seen, CancellationToken cancellationToken)
    {
        var version = await Targets.Tidb.VersionAsync(Spec.Status(seen.Instance), cancellationToken);
        if (!TiDbVersion.Same(version, Spec.ToVersion))
        {
            return new Observation.Running($"The status of {seen.Instance.Name} reports version {version}.");
        }

        if (!await Targets.Sql.AnswersAsync(Spec.Service(seen.Instance), cancellationToken))
        {
            return new Observation.Running($"{Spec.Service(seen.Instance)} does not execute statements yet.");
        }

        if (BootstrapBefore is not { } before)
        {
            return null;
        }

        var now = await Targets.Sql.BootstrapVersionAsync(cancellationToken);
        return now >= before
            ? null
            : new Observation.Failed(Reasons.InstanceUnhealthy, $"tidb_server_version is {now}, and was {before} "
                + $"before the upgrade. Check that {seen.Instance.Name} uses this cluster (--path in its start script) "
                + "and that mysql.tidb was not changed, then retry.");
    }
}

/// <summary>Waits until /info/all lists every TiDB server on the new version and reports them as consistent: the best
/// single check after the upgrade of TiDB (docs/project/research/tidb.md#tidb-server).</summary>
[Step("consistent", "Wait until all TiDB servers run the same version")]
internal sealed record AwaitConsistentServers : TiDbStep, IWaitsOnly
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
        await ProblemAsync(Targets, cancellationToken) is { } problem
            ? new Observation.Running(problem)
            : new Observation.Done("All TiDB servers run the same version."));

    internal static async Task<string?> ProblemAsync(TiDbTargets targets, CancellationToken cancellationToken)
    {
        var spec = targets.Spec;
        var servers = spec.Of(DatabaseComponent.TiDB).ToList();
        if (servers.Count == 0)
        {
            return null;
        }

        var all = await targets.Tidb.AllAsync(spec.Status(servers[0]), cancellationToken);
        var old = all.Servers
            .Where(s => !TiDbVersion.Same(s.Version, spec.ToVersion))
            .Select(s => $"{s.Address} {s.Version}")
            .ToList();
        return old.Count > 0
            ? $"TiDB servers of another version: {string.Join(", ", old)}."
            : all.Servers.Count != servers.Count
            ? $"{all.Servers.Count} of {servers.Count} TiDB servers are in /info/all."
            : all.IsConsistent ? null : "/info/all does not report the TiDB servers as consistent.";
    }
}

/// <summary>Counts the statements that failed since each TiDB server was started (Failed Query OPM of the Grafana
/// boards). The number is for the administrator and decides nothing.</summary>
[Acceptable]
[Step("statements", "Count failed statements")]
internal sealed record CountFailedStatements : FinalCheck, IWaitsOnly
{
    /// <summary>Fact: the statements of all TiDB servers that failed since their restart.</summary>
    public const string FailedFact = "failedStatements";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var failed = 0.0;
        var unknown = new List<string>();
        foreach (var server in Spec.Of(DatabaseComponent.TiDB))
        {
            var (metrics, problem) = await Asking.TryAsync(
                () => Targets.Tidb.MetricsAsync(Spec.Status(server), cancellationToken));
            failed += metrics?.Sum(name => name == "tidb_server_execute_error_total") ?? 0;
            if (problem is not null)
            {
                // The number decides nothing, so the upgrade does not wait for it: the result says what is missing.
                unknown.Add($"Unknown on {server.Name}: {Sentences.Close(problem)}");
            }
        }

        var text = failed.ToString("0", CultureInfo.InvariantCulture);
        return new Observation.Done(
            Sentences.Join([$"{text} statements failed since the TiDB servers were restarted.", .. unknown]),
            Entry(FailedFact, text));
    }
}

/// <summary>Polls for DDL while an upgrade runs, because TiDB sends no event for it: DDL is reported at once and not
/// only before the next action. A change only wakes the run, whose guard then reads the jobs itself.</summary>
/// <param name="changed">Called when DDL appears or ends.</param>
internal sealed class TiDbDdlWatch(TiDbTargets targets, Action changed) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _ended = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Starts polling until the guard against DDL is no longer in force. May be called repeatedly.</summary>
    public void Follow()
    {
        if (!_watching.IsCompleted)
        {
            return;
        }

        // The task has ended, so this does not block: it rethrows the failure for the caller to report. The next call
        // starts again.
        var former = _watching;
        _watching = Task.CompletedTask;
        former.GetAwaiter().GetResult();
        if (IsWanted(targets.Context.Upgrade.Status))
        {
            _watching = RunAsync(_ended.Token);
        }
    }

    public static bool IsWanted(DatabaseRollingUpgradeStatus? status) =>
        status is { Plan: { } plan, RollbackPlan: null }
        && status.Phase != RunPhases.Failed
        && !RunPhases.IsIdle(status.Phase)
        && GuardRecords.InForce(plan).Any(g => g.Planned.Check == nameof(NoDdlAppears));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var known = "";
        while (IsWanted(targets.Context.Upgrade.Status))
        {
            try
            {
                var jobs = await targets.UnfinishedDdlAsync(Pause, cancellationToken);
                var now = string.Join(',', jobs.Where(j => !j.IsOfSystem).Select(j => j.Id));
                if (now != known)
                {
                    known = now;
                    changed();
                }
            }
            catch (DatabaseSqlException)
            {
                // The guard reports what cannot be read, before the next action.
            }

            await Task.Delay(Pause, targets.Context.Time, cancellationToken);
        }
    }
}

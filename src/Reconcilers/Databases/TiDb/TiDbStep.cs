namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The base of every step of a TiDB upgrade. Steps decide from observed state and are idempotent, so a request
/// that did not reach its target, or whose answer was lost, is sent again until the step times out.</summary>
internal abstract record TiDbStep : DatabaseStep<TiDbTargets>
{
    /// <summary>Receipt key: <see cref="Since"/>.</summary>
    protected const string SinceKey = "since";

    /// <summary>Steps of an instance, the backup and the raising of limits time out themselves and clean up: the
    /// engine's own limit comes so much later.</summary>
    public static readonly TimeSpan Later = TimeSpan.FromMinutes(10);

    protected DatabaseRollingUpgradeSpec Spec => Targets.Spec;
    protected override bool IsRepeatable => true;

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) => KubernetesDuration.Parse(spec.Timeouts.Swap);

    /// <summary>What the step has changed for a while, or may have changed, and has to be taken back: a function of its
    /// arguments and of everything the run did.</summary>
    /// <param name="own">The step, which has begun.</param>
    /// <param name="spec">The spec with all its instances.</param>
    internal virtual IEnumerable<Leftover> Undo(Step own, PlanProgress run, DatabaseRollingUpgradeSpec spec) => [];

    /// <summary>Whether a stored step has this verb for an instance.</summary>
    protected static bool IsOf(PlannedStep step, string verb) =>
        step.Node is { } node && step.Id.EndsWith($"/{node}/{verb}", StringComparison.Ordinal);

    /// <summary>Whether a stored step acted, and what it changed was not removed since.</summary>
    protected static bool HasActed(Step step, PlanProgress run) => step.Attempt > 0 && !CleanedUpSteps.Is(run, step);

    protected DatabaseInstance Instance(StepContext context) => Targets.Instance(context.Node);

    /// <summary>Since when the step has been trying or waiting, by its receipt; null without one.</summary>
    protected static DateTimeOffset? Since(StepContext context) => Timestamps.Parse(context.Receipt(SinceKey));

    /// <summary>The receipt so far; at first, the start of the wait.</summary>
    protected static Task<Receipt> SinceAsync(StepContext context, DateTimeOffset now) =>
        Task.FromResult(
            context.Receipt(SinceKey) is not null ? Receipt(context) : Entry(SinceKey, Timestamps.Format(now)));

    /// <summary>Observes; a cluster that cannot answer for a moment (its leader moves, a server starts) is waited for
    /// until the step times out.</summary>
    protected static async Task<Observation> PatientlyAsync(Func<Task<Observation>> observe)
    {
        try
        {
            return await observe();
        }
        catch (TargetException exception) when (exception is not HostException)
        {
            // A host that cannot be observed is an unknown outcome, which the engine reports.
            return new Observation.Running(exception.Message);
        }
    }
}

/// <summary>Something that a step changed for a while.</summary>
/// <param name="Name">The instance, or the id of the step for a setting of the cluster.</param>
internal sealed record Leftover(string Name, LeftoverKind Kind)
{
    /// <summary>What takes it back in a rollback; null if there is none, or nothing to take back.</summary>
    public TiDbStep? Step { get; init; }

    /// <summary>Removes it while the run is stopped or waits; null if it stays then.</summary>
    public Func<TiDbTargets, CancellationToken, Task>? RemoveAsync { get; init; }

    /// <summary>What it is and how it is removed manually.</summary>
    public string What { get; init; } = "";

    /// <summary>What an administrator does if the upgrade does not continue.</summary>
    public IReadOnlyList<(string Subject, string Message)> Advice { get; init; } = [];

    public static Leftover PreparedProgram(string instance) => new(instance, LeftoverKind.Program)
    {
        RemoveAsync = (targets, token) => targets.Hosts.Instance(instance).UnstageAsync(token),
        What = $"the prepared program of {instance}: remove *.drydock-new beside its program",
    };
}

internal enum LeftoverKind
{
    Program,
    Leaders,
    Setting,
}

/// <summary>The base of the guards of a TiDB upgrade: while an instance that this upgrade stopped is down, every guard
/// holds, so that the instance can be started. The cluster may be unreadable then, and leaving the instance down would
/// be worse than anything they guard against.</summary>
internal abstract record TiDbGuard : GuardBase<TiDbTargets>
{
    public sealed override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        var begun = plan.Steps.FindAll(s => s is { State: not StepState.Succeeded, Attempt: > 0 }
            && (s.Is<SwapInstance>() || VerifyInstance.Is(s)));
        var looks = await SideBySide.EachAsync(
            Targets.Spec.Instances.FindAll(i => begun.Exists(s => s.Node == i.Name)),
            (i, token) => Asking.TryAsync(() => Targets.Hosts.Instance(i.Name).LookAsync(StopGate.OldestLook, token)),
            cancellationToken);

        // A host that cannot be asked does not hide another instance that is down.
        return looks.Any(l => l.Answer is { IsAlive: false }) ? GuardReading.Holds
            : looks.FirstOrDefault(l => l.Problem is not null).Problem is { } problem
                ? GuardReading.Unreadable(problem)
                : await ReadAsync(plan, cancellationToken);
    }

    protected abstract Task<GuardReading> ReadAsync(PlanProgress plan, CancellationToken cancellationToken);
}

/// <summary>The clients that preflight, steps and guards of one TiDB upgrade use.</summary>
internal sealed class TiDbTargets : IEngineTargets
{
    private readonly TiDbDdlWatch _ddl;
    private readonly SharedAnswer<IReadOnlyList<DdlJob>> _ddlJobs;

    /// <param name="sql">Asks TiDB; null for the default.</param>
    public TiDbTargets(EngineContext context, TiDbSql? sql = null)
    {
        Context = context;
        Sql = sql ?? new TiDbSql(() => context.Upgrade, context.Secrets, context.Connections);
        Catalog = new StepCatalog<TiDbTargets>(this);
        _ddl = new TiDbDdlWatch(this, context.OnEvent);
        _ddlJobs = new SharedAnswer<IReadOnlyList<DdlJob>>(context.Time);
    }

    public EngineContext Context { get; }

    /// <summary>Set when a store was given its leaders back.</summary>
    public AsyncSignal Released { get; } = new();

    public IStepCatalog Catalog { get; }
    public DatabaseRollingUpgradeSpec Spec => Context.Upgrade.Spec;
    public TiDbSpec Settings => Spec.Tidb ?? new TiDbSpec();
    public IDatabaseHosts Hosts => Context.Hosts;
    public TiDbSql Sql { get; }
    public PdClient Pd => new(
        Context.Http, [.. Spec.Of(DatabaseComponent.PD).Select(Spec.Service)], Context.EnsureMayAct);
    public TidbStatusClient Tidb => new(Context.Http);
    public BinlogClient Binlog => new(Context.Http);

    /// <summary>TiKV's status port, which is never encrypted (docs/project/research/tidb.md#tikv).</summary>
    public TikvStatusClient Tikv => new(Context.PlainHttp);

    public GrafanaClient Grafana(MonitoringService service) => new(
        Context.ConnectOnHost(Context.Secrets.Grafana, DatabaseSecrets.GrafanaLoginField),
        new ServiceAddress(service.Host, service.Port));

    public async Task<IReadOnlyList<string>> VersionsAsync(CancellationToken cancellationToken) =>
    [
        .. (await Pd.StoresAsync(cancellationToken)).Where(s => !s.IsTombstone).Select(s => s.Version)
            .Concat((await new TiDbMembership(this).ServersAsync(cancellationToken)).Select(s => s.Version))
            .Where(version => !TiDbVersion.Same(version, Spec.ToVersion))
            .Select(TiDbVersion.Plain)
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>The DDL that has not ended, read once for all that ask within a moment.</summary>
    /// <param name="maxAge">How old the answer may be; null reads it again.</param>
    /// <exception cref="DatabaseSqlException">No TiDB could be asked, or it refused.</exception>
    public Task<IReadOnlyList<DdlJob>> UnfinishedDdlAsync(TimeSpan? maxAge, CancellationToken cancellationToken) =>
        _ddlJobs.GetAsync(maxAge, Sql.UnfinishedDdlAsync, cancellationToken);

    /// <summary>Whether the spec still has an instance: one of spec.removedInstances has left.</summary>
    public bool Has(string name) => Spec.Instances.Exists(i => i.Name == name);

    /// <summary>An instance by its name.</summary>
    /// <exception cref="KeyNotFoundException">The spec does not list the instance any more.</exception>
    public DatabaseInstance Instance(string name) =>
        Spec.Instances.Find(i => i.Name == name) ?? throw new KeyNotFoundException(
            $"spec.instances does not list {name}, for which the plan has steps. Add it again.");

    /// <summary>The new program of an instance, and what it replaces, by a process of it. The program that is replaced
    /// is the one that runs; if an earlier operator process stopped it, or it is only being started, the installed one.
    /// If the new program is installed already, nothing is replaced.</summary>
    /// <exception cref="StepActionException">PreparePackage has not recorded it.</exception>
    public InstanceGoal Goal(PlanProgress plan, DatabaseInstance instance, InstanceProcess? process = null)
    {
        // An instance that joined while the upgrade runs may be on a host for which no package was prepared; the
        // program is the same everywhere.
        var prepared = plan.Steps.Where(s => s.Is<PrepareTiDbPackage>()).ToList();
        var here = prepared.Find(s => s.As<PrepareTiDbPackage>().Hosts.Contains(instance.Host, StringComparer.Ordinal));
        var program = ProgramNames.Of(Spec, instance.Component);
        var sha256 = here is not null
            ? here.Recorded(program)
            : prepared.Select(s => s.Recorded(program)).FirstOrDefault(sum => sum is not null);
        var ran = process is null || IsStarting(process, instance) ? null : process.ExecutableSha256;
        return new InstanceGoal(
            Spec.Package.Directory,
            sha256 ?? throw new StepActionException(
                Reasons.PackageMissing,
                $"The plan has no checksum of {program} for {instance.Host}: PreparePackage has not succeeded there.",
                retryable: false),
            TiDbVersion.Plain(Spec.FromVersion), ran ?? process?.InstalledSha256 ?? "", process?.LinkTarget);
    }

    public bool IsStarting(InstanceProcess process, DatabaseInstance instance) =>
        process.Executable is not { Length: > 0 } path
        || process.ExecutableSha256 is null
        || !Path.GetFileName(path).StartsWith(ProgramNames.Of(Spec, instance.Component), StringComparison.Ordinal);

    public string Redact(string text) => Context.Redact(text);

    public void EnsureMayAct() => Context.EnsureMayAct();

    public void FollowEvents() => _ddl.Follow();

    public Task<string?> FindMembershipAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        new TiDbMembership(this).FindMembershipAsync(instance, cancellationToken);

    public Task<string?> FindUnfitAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        new TiDbMembership(this).FindUnfitAsync(instance, cancellationToken);

    public Task<FoundMembers> FindMembersAsync(MemberSearch search, CancellationToken cancellationToken) =>
        new TiDbMembers(this, new Findings(Redact, ClientFailures.Finding)).FindAsync(search, cancellationToken);

    public async Task<PreflightResult<IRunDiscovery>> PreflightAsync(CancellationToken cancellationToken) =>
        (await new TiDbPreflight(this).RunAsync(cancellationToken)).Select<IRunDiscovery>(static found => found);

    public async Task<PlanProgress> ReadTracesAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var swaps = plan.Steps.FindAll(s => s.Is<SwapInstance>() && !s.HasEverBegun);
        var found = await new SwapTraces(Hosts, Spec).FindAsync(
            Spec.Instances.FindAll(i => swaps.Exists(s => s.Node == i.Name)),
            (instance, program) => plan.Steps.Find(s => s.Is<PrepareTiDbPackage>()
                && s.As<PrepareTiDbPackage>().Hosts.Contains(instance.Host, StringComparer.Ordinal))?.Recorded(program),
            cancellationToken);
        return found.Count == 0
            ? plan
            : plan.With(swaps.Where(s => found.ContainsKey(s.Node!)).Select(s => SwapTraces.Begun(s)));
    }

    public Task<ParkedStateResult> CleanUpAsync(
        DatabaseRollingUpgradeStatus status, CancellationToken cancellationToken) =>
        status.Plan is { } plan
            ? new TiDbUndo(Spec, plan).CleanUpAsync(this, cancellationToken)
            : Task.FromResult(ParkedStateResult.Nothing);

    public ValueTask DisposeAsync() => _ddl.DisposeAsync();
}

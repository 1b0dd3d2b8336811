namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Compiles the plan of a TiDB upgrade from the spec and the result of preflight. Pure and deterministic. The order is
/// PD, TiKV, pump, TiDB; then drainer, monitoring, TiSpark (docs/research/tidb.md#procedure), one instance after the
/// other, three steps each: drain, swap, verify.
/// </summary>
/// <remarks>
/// An instance is drained while the one before it settles, and stopped when that one has settled. The first instance of
/// a component does not wait until the last one of the component before it has settled: the two share no quorum, and
/// <see cref="StopGate"/> asks both before the stop. TiDB servers after the first, and TiKVs of one zone
/// (<see cref="StoreBatches"/>), may be stopped side by side. The steps before the first stop run side by side, as do
/// the checks at the end.
/// <para>
/// PD members have the order of the spec, but the one that leads when the plan is compiled is last, so that leadership
/// moves once. It may move at any time, so the plan's hash is that of the order of the spec: an approval stays valid
/// whichever member leads, because the same is done to the same members. The leader is read again for each member and
/// right before each stop: if leadership has moved to a member whose turn comes, that member transfers it to the last
/// one (<see cref="DrainPd"/>).
/// </para>
/// </remarks>
internal sealed partial class TiDbPlanner(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
{
    public const int Attempts = 5;

    private readonly TiDbSpec _tidb = spec.Tidb ?? new TiDbSpec();
    private readonly PlanBuilder _plan = new();

    // What the next step waits for.
    private List<string> _barrier = [];

    // What the next stop of the same component waits for besides.
    private List<string> _settled = [];

    // The steps that stop the instances of _settled.
    private List<string> _stopped = [];

    // What nothing before the checks at the end waits for.
    private readonly List<string> _late = [];
    private bool _isFinal;

    public Plan Compile() => PdOrder.Leads(spec, discovery.PdLeader)
        ? CompileOrder() with { Hash = new TiDbPlanner(spec, discovery with { PdLeader = null }).CompileOrder().Hash }
        : CompileOrder();

    private Plan CompileOrder()
    {
        _plan.Acknowledge(spec.Preflight.Acknowledge);
        Prepare();
        UpgradePd();
        UpgradeTikv();
        UpgradePumps();
        UpgradeTidb();
        LimitMergingForGood();
        UpgradeDrainers();
        UpgradeMonitoring();
        UpgradeTiSpark();
        Verify();
        TuneScheduling();
        new TiDbGuardPlanner(_plan, spec, discovery).Compile();
        new TiDbPlanNotes(_plan, spec, discovery).Compile();
        return _plan.Build();
    }

    // The limits of TiKV's roll must have been restored before.
    private void LimitMergingForGood()
    {
        _barrier = [.. _barrier, .. _late.Where(id => id == TiDbStepIds.ReleaseScheduling)];
        Next(TiDbStepIds.LimitMerging, "Limit merging", new LimitMerging(Merging.First));
    }

    private MergeLimits Merging => MergeLimits.Of(_tidb, discovery.ScheduleLimits);

    private string? Storage => StorageText.Of(_tidb.Backup.Storage) is { Length: > 0 } place ? place : null;

    // Nothing of this touches a process. Configuration files are checked with the new programs.
    private void Prepare()
    {
        PreparePackage();
        var packages = _barrier;
        _barrier = [];
        Next(
            TiDbStepIds.SaveConfiguration,
            "Save configuration files and PD's configuration",
            new SaveConfiguration(Storage));
        Backup();
        var saved = _barrier;
        _barrier = packages;
        var migrated = MigrateConfiguration();
        _barrier = [.. saved, .. migrated.Count > 0 ? migrated : packages];
    }

    private void PreparePackage()
    {
        foreach (var (name, hosts) in HostGroups.Of(MonitoringLayout.PackageHosts(spec)))
        {
            _plan.Add(Step(
                TiDbStepIds.Package(name),
                name,
                $"Prepare package {spec.ToVersion} on {name}",
                new PreparePackage([.. hosts], spec.Package.Directory)));
        }

        _barrier = _plan.Phase(DatabaseRollingUpgradePhases.PreparePackage);
    }

    private void Backup()
    {
        if (_tidb.Backup is not { Waived: false } backup)
        {
            return;
        }

        Next(
            TiDbStepIds.Snapshot,
            "Take a full backup with mydumper",
            new TakeSnapshot(
                backup.Databases,
                Storage ?? "",
                backup.Threads,
                backup.Encryption is { Recipients.Count: > 0 } encryption ? encryption.Recipients : null));
    }

    private List<string> MigrateConfiguration()
    {
        var steps = new List<string>();
        foreach (var component in ConfigurationMigration.Checked)
        {
            var files = TiDb.MigrateConfiguration.Of(
                component, discovery.Instances.Where(i => i.Component == component));
            if (files.From.Count > 0)
            {
                steps.Add(_plan.Add(Step(
                    TiDbStepIds.Configuration(component),
                    node: null,
                    $"Migrate the configuration of {component} to {spec.ToVersion} and check it with the new program",
                    files)));
            }
        }

        return steps;
    }

    // All later steps wait for it.
    private void Next(PlanStep step)
    {
        _plan.Add(step);
        _barrier = [step.Id];
    }

    private void Next(string id, string title, IStepAction step, string? node = null) =>
        Next(Step(id, node, title, step));

    private PlanStep Step(string id, string? node, string title, IStepAction step)
    {
        var planned = PlannedStep.Of(id, node, title, step, _barrier, timeout: "", Attempts);
        return planned with
        {
            Timeout = KubernetesDuration.Format(TiDbTimeouts.Of(spec, planned)),
            Reversible = !_isFinal,
        };
    }

    private DiscoveredInstance Discovered(DatabaseInstance instance) =>
        discovery.Instances.First(i => i.Name == instance.Name);
}

/// <summary>merge-schedule-limit during and after an upgrade. What an administrator had lowered is never raised unless
/// the spec asks for it. Pure.</summary>
/// <param name="First">The value after the upgrade, before tuning.</param>
/// <param name="Final">The value after tuning.</param>
internal sealed record MergeLimits(long First, long Final)
{
    // PD's default.
    private const long Default = 8;

    public static MergeLimits Of(TiDbSpec tidb, IReadOnlyDictionary<string, long> before)
    {
        long? former = before.TryGetValue(ScheduleHold.MergeLimit, out var known) ? known : null;
        var first = Math.Min(former ?? tidb.MergeScheduleLimit, tidb.MergeScheduleLimit);
        var final = tidb.MergeScheduleLimit == 0
            ? first
            : tidb.TuneScheduling.MergeScheduleLimit ?? former ?? Default;
        return new MergeLimits(first, Math.Max(first, final));
    }

    /// <summary>The values that tuning sets: doubled each time (2, then gradually to 8;
    /// docs/research/tidb.md#procedure).</summary>
    public IEnumerable<long> Raises()
    {
        var (limit, next) = (First, First < 2 ? 2 : First * 2);
        while (limit < Final)
        {
            limit = Math.Min(next, Final);
            next *= 2;
            yield return limit;
        }
    }
}

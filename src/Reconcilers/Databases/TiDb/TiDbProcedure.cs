using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// The procedure of a TiDB upgrade, compiled to a plan from the spec and the result of preflight. Pure and
/// deterministic. The order (docs/project/research/tidb.md#procedure), one instance after the other with three steps
/// each, drain, swap and verify:
/// <list type="number">
/// <item>Packages are copied, the configuration is saved, the backup is taken, and the new configuration files are
/// checked.</item>
/// <item>The leader priorities of PD members are cleared if there are any, the members are upgraded, and the priorities
/// are restored.</item>
/// <item>Merging is limited if the new PD merges Regions and the old one did not.</item>
/// <item>Scheduling is held, the TiKVs are upgraded, the cluster has the new version, and scheduling is
/// released.</item>
/// <item>The pumps are upgraded.</item>
/// <item>The TiDB servers are upgraded, the first one alone.</item>
/// <item>Merging is limited for good, once the limits of scheduling are restored.</item>
/// <item>The drainers are upgraded.</item>
/// <item>The monitoring services are restarted, and dashboards are imported.</item>
/// <item>TiSpark is stopped, replaced and started.</item>
/// <item>Processes, cluster, binlog and failed statements are checked side by side.</item>
/// <item>The schedule limits are raised, if spec.tidb.tuneScheduling asks for it.</item>
/// </list>
/// </summary>
/// <remarks>
/// An instance is drained while the one before it settles, and stopped when that one has settled. The first instance of
/// a component does not wait until the last one of the component before it has settled: the two share no quorum, and
/// <see cref="StopGate"/> asks both before the stop. TiDB servers after the first, and TiKVs of one zone
/// (<see cref="StoreBatches"/>), may be stopped side by side. The steps before the first stop run side by side, as do
/// the checks at the end.
/// <para>
/// PD members have the order of the spec, whichever leads: leadership may move at any time, and an election must not
/// make another plan. The leader is read for each member and right before each stop: a member that leads when its turn
/// comes transfers leadership to the last one, so the leader is upgraded last (<see cref="DrainPd"/>).
/// </para>
/// </remarks>
internal sealed class TiDbProcedure(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
{
    private readonly TiDbSpec _tidb = spec.Tidb ?? new TiDbSpec();
    private readonly MergeLimits _merging = MergeLimits.Of(spec.Tidb ?? new TiDbSpec(), discovery.ScheduleLimits);
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

    /// <summary>The vendor's rule of thumb for how long a roll takes: number of TiKV × 5 min + 10 min
    /// (docs/project/research/tidb.md#procedure).</summary>
    public static TimeSpan Estimate(DatabaseRollingUpgradeSpec spec) =>
        TimeSpan.FromMinutes((spec.Of(DatabaseComponent.TiKV).Count() * DrainTikv.EstimatedMinutes) + 10);

    public Plan Compile()
    {
        _plan.Acknowledge(spec.Preflight.Acknowledge);
        var snapshot = Prepare();
        var priority = UpgradePd();
        UpgradeTikv();
        Roll(TiDbComponents.Pump);
        EndComponent();
        UpgradeTidb();
        var merging = LimitMergingForGood();
        Roll(TiDbComponents.Drainer);
        EndComponent();
        UpgradeMonitoring();
        UpgradeTiSpark();
        Verify();
        TuneScheduling();
        Guard(snapshot, priority, merging);
        new TiDbPlanNotes(_plan, spec, discovery).Compile();
        return _plan.Build();
    }

    // Nothing of this touches a process. Configuration files are checked with the new programs. Returns the step of the
    // backup.
    private string? Prepare()
    {
        foreach (var (name, hosts) in HostGroups.Of(MonitoringLayout.PackageHosts(spec)))
        {
            _plan.Add(Step(new PrepareTiDbPackage([.. hosts], spec.Package.Directory), Phases.PreparePackage, name));
        }

        var packages = _plan.Phase(Phases.PreparePackage);
        var storage = StorageText.Of(_tidb.Backup?.Storage) is { Length: > 0 } place ? place : null;
        Next(new SaveConfiguration(storage), Phases.SaveConfiguration);
        var snapshot = _tidb.Backup is not { } backup
            ? null
            : Next(
                new TakeTiDbSnapshot(
                    backup.Databases, storage ?? "", backup.Threads,
                    backup.Encryption is { Recipients.Count: > 0 } encryption ? encryption.Recipients : null),
                Phases.Backup);
        var saved = _barrier;
        _barrier = packages;
        var migrated = ConfigurationMigration.Checked
            .Select(c => MigrateConfiguration.Of(c, discovery.Instances.Where(i => i.Component == c)))
            .Where(files => files.From.Count > 0)
            .Select(files => _plan.Add(Step(files, Phases.MigrateConfiguration)))
            .ToList();
        _barrier = [.. saved, .. migrated.Count > 0 ? migrated : packages];
        return snapshot;
    }

    // Returns the steps between which no PD member has a priority; null if none ever has.
    private (string Cleared, string Restored)? UpgradePd()
    {
        var priorities = discovery.LeaderPriorities
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
        (string, string)? between = null;
        var cleared = priorities.Count > 0
            ? Next(new SetLeaderPriorities(priorities, Clear: true), Phases.UpgradePD)
            : null;
        Roll(TiDbComponents.Pd);
        if (cleared is not null)
        {
            // Leadership may move to a member that has just started.
            AwaitSettled();
            between = (cleared, Next(new SetLeaderPriorities(priorities), Phases.UpgradePD));
        }

        EndComponent();
        var limits = discovery.ScheduleLimits;
        var early = new LimitMerging(_merging.First, limits.Count > 0 ? new(limits, StringComparer.Ordinal) : null);
        Next(Step(early, Phases.UpgradePD, verb: LimitMerging.EarlyVerb) with { Title = LimitMerging.EarlyTitle });
        return between;
    }

    private void UpgradeTikv()
    {
        if (!spec.Of(DatabaseComponent.TiKV).Any())
        {
            return;
        }

        Next(
            new HoldScheduling(_tidb.DrainLeaderScheduleLimit, TiDbVersion.MixesEpochs(spec.FromVersion)),
            Phases.UpgradeTiKV);
        Roll(TiDbComponents.Tikv);
        Next(new AwaitClusterVersion(), Phases.UpgradeTiKV);

        // Regions are balanced again when the last TiKV has settled; the next component does not wait for that.
        var registered = _barrier;
        AwaitSettled();
        Next(new ReleaseScheduling(_merging.First), Phases.UpgradeTiKV);
        _late.AddRange(_barrier);
        _barrier = registered;
    }

    private void UpgradeTidb()
    {
        Roll(TiDbComponents.Tidb);
        if (spec.Of(DatabaseComponent.TiDB).Any())
        {
            Next(new AwaitConsistentServers(), Phases.UpgradeTiDB);
        }

        EndComponent();
    }

    // The limits of TiKV's roll must have been restored before.
    private string LimitMergingForGood()
    {
        var restored = _plan.Phase(Phases.UpgradeTiKV).Intersect(_late, StringComparer.Ordinal);
        _barrier = [.. _barrier, .. restored];
        return Next(new LimitMerging(_merging.First), Phases.LimitMerging);
    }

    private void UpgradeMonitoring()
    {
        foreach (var service in _tidb.Services())
        {
            var files = service.Files.Select(f => f.Sha256[..ContentHash.ShortLength]).ToList();
            Next(
                new RestartService(service.Name, files.Count > 0 ? files : null, service.ReadyPath),
                Phases.UpgradeMonitoring, service.Name);
        }

        if (_tidb.Dashboards is { } dashboards)
        {
            Next(
                new ImportDashboards(
                    dashboards.Service, dashboards.From, dashboards.DataSource, dashboards.TitlePrefix),
                Phases.UpgradeMonitoring, dashboards.Service);
        }
    }

    private void UpgradeTiSpark()
    {
        if (_tidb.TiSpark is not { } spark)
        {
            return;
        }

        Next(new StopSpark(), Phases.UpgradeTiSpark);
        foreach (var host in spark.Hosts)
        {
            Next(new ReplaceSparkJar(spark.JarSha256), Phases.UpgradeTiSpark, host);
        }

        Next(new StartSpark(), Phases.UpgradeTiSpark);
        if (spark.Smoke.Count > 0)
        {
            Next(new SmokeSpark(), Phases.UpgradeTiSpark);
        }
    }

    // The checks ask different processes, so they run side by side once every instance has settled.
    private void Verify()
    {
        _barrier = [.. _barrier.Union(_late, StringComparer.Ordinal)];
        var hasBinlog = spec.Of(DatabaseComponent.Pump).Any() || spec.Of(DatabaseComponent.Drainer).Any();
        TiDbStep[] checks =
        [
            new CheckProcesses(),
            new CheckCluster(),
            .. hasBinlog ? new TiDbStep[] { new CheckBinlog() } : [],
            new CountFailedStatements(),
        ];
        _barrier = [.. checks.Select(check => Step(check, Phases.Verify)).Select(_plan.Add)];
        var units = spec.Of(DatabaseComponent.PD)
            .Where(i => AliasPdUnits.HasOtherName(spec, i, Discovered(i).Unit))
            .Select(i => i.Name)
            .ToList();
        if (_tidb.AliasPdUnits && units.Count > 0)
        {
            Next(new AliasPdUnits(units), Phases.Verify);
        }
    }

    private void TuneScheduling()
    {
        if (_tidb.TuneScheduling.Enabled)
        {
            foreach (var limit in _merging.Raises())
            {
                Next(new RaiseScheduleLimit(ScheduleHold.MergeLimit, limit), Phases.TuneScheduling);
            }

            Next(
                new RaiseScheduleLimit("replica-schedule-limit", _tidb.TuneScheduling.ReplicaScheduleLimit),
                Phases.TuneScheduling);
        }
    }

    // The conditions that must hold during the upgrade. Raising limits may take days, never fails the upgrade, and must
    // not prevent DDL: nothing guards it.
    private void Guard(string? snapshot, (string Cleared, string Restored)? priority, string merging)
    {
        var tuning = _plan.Phase(Phases.TuneScheduling).FirstOrDefault();
        Guard(new ClusterIsTheSame(discovery.ClusterId), [], tuning);
        Guard(new NoDdlAppears(), [], tuning);
        if (snapshot is not null)
        {
            Guard(new SnapshotStays(snapshot), [snapshot], tuning);
        }

        if (priority is (var cleared, var restored))
        {
            Guard(new LeaderPriorityStaysCleared(), [cleared], restored);
        }

        if (spec.Of(DatabaseComponent.TiKV).FirstOrDefault() is { } first)
        {
            var verified = TiDbComponents.Tikv.IdOf(first, VerifyInstance.VerbName);
            Guard(new NoEvictSchedulerIsLeft(), [verified], tuning);
        }

        // A status that is put back from tuning to Verify finds limits that this upgrade raised.
        Guard(new ScheduleLimitsStay(_merging.First), [merging], _plan.Phase(Phases.Verify)[0]);
    }

    private void Guard(TiDbGuard check, IEnumerable<string> from, string? until) =>
        _plan.Guard(PlannedGuards.Of(check.GetType().Name, node: null, check, from, until));

    // The instances of one component. Those of a batch wait for what came before, and what comes next waits for all.
    private void Roll(TiDbComponent component)
    {
        var batches = component.Batches(spec, discovery);
        for (var i = 0; i < batches.Count; i++)
        {
            if (component.IsDrainedAfterSettle)
            {
                AwaitSettled();
            }

            var isPointOfNoReturn = component.PointOfNoReturn switch
            {
                PointOfNoReturn.First => i == 0,
                PointOfNoReturn.Last => i == batches.Count - 1,
                _ => false,
            };
            var (barrier, settled) = (_barrier, _settled);
            List<string> stops = [], ends = [];
            foreach (var instance in batches[i])
            {
                (_barrier, _settled) = (barrier, settled);
                Upgrade(component, instance, isFirst: i == 0, isPointOfNoReturn);
                stops.AddRange(_barrier);
                ends.AddRange(_settled);
            }

            (_barrier, _stopped, _settled) = (stops, stops, ends);
        }
    }

    private void Upgrade(TiDbComponent component, DatabaseInstance instance, bool isFirst, bool isPointOfNoReturn)
    {
        ulong? store = component.Component != DatabaseComponent.TiKV ? null
            : Discovered(instance).Store ?? throw new InvalidOperationException(
                $"Preflight reported no store of {instance.Name}; no plan can be made without it.");
        Next(component.Drain(store), component.Phase, instance.Name);
        _isFinal |= isPointOfNoReturn;
        _barrier.AddRange(_settled);
        var swap = Step(new SwapInstance(store), component.Phase, instance.Name);
        Next(swap with { PointOfNoReturn = isPointOfNoReturn });
        var verify = component.Verify(store, isFirst ? discovery.BootstrapVersion : null);
        _settled = [_plan.Add(Step(verify, component.Phase, instance.Name))];
    }

    // What comes next waits until the instances have settled.
    private void AwaitSettled()
    {
        _barrier = [.. _barrier.Except(_stopped, StringComparer.Ordinal), .. _settled];
        _settled = [];
    }

    // The last instances of a component settle while the next component begins.
    private void EndComponent()
    {
        _late.AddRange(_settled);
        _settled = [];
    }

    private string Next(StepBase<TiDbTargets> step, string phase, string? node = null) =>
        Next(Step(step, phase, node));

    // All later steps wait for it.
    private string Next(PlannedStep step)
    {
        _barrier = [_plan.Add(step)];
        return step.Id;
    }

    private PlannedStep Step(StepBase<TiDbTargets> step, string phase, string? node = null, string? verb = null) =>
        step.In(phase, node, _barrier, verb) with
        {
            Title = step is TiDbStep own ? own.Title(spec, node) : step.Title(node),
            Runs = (step as TiDbStep)?.Told(spec, node) ?? step.Runs,
            Timeout = KubernetesDuration.Format(((ITimedStep<DatabaseRollingUpgradeSpec>)step).TimeLimit(spec)),
            Reversible = !_isFinal,
        };

    private TiDbInstance Discovered(DatabaseInstance instance) =>
        discovery.Instances.First(i => i.Name == instance.Name);
}

using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Compiles the plan of a YugabyteDB or BMDB upgrade from the spec and what preflight found. Pure and
/// deterministic. The order is the vendor's own (docs/research/yugabytedb.md#procedure): packages on all hosts, masters
/// one at a time with the leader last, tablet servers one at a time, and only when every process is new the steps that
/// make it final. A step has no argument that can be read from the spec, which is frozen while a plan is
/// stored.</summary>
/// <remarks>A tablet server is drained while the one before it settles, and stopped when that one has settled. The
/// first one does not wait until the last master has settled: the two share no quorum, and <see cref="ClusterGate"/>
/// asks all masters before the drain and before the stop. Tablet servers of one zone (<see cref="TserverBatches"/>) may
/// be drained and stopped side by side; then a zone is what another one waits for.</remarks>
internal sealed class YugabytePlanner(DatabaseRollingUpgradeSpec spec, YugabyteDiscovery discovery)
{
    private const int Attempts = 5;
    private const string AwaitTitle = "Wait until every process has the new AutoFlags";

    private readonly PlanBuilder _plan = new();
    private readonly YugabyteRollingSteps _rolling = new(spec);
    private List<string> _barrier = [];

    private YugabyteVersion From { get; } = YugabyteVersion.Parse(spec.FromVersion);

    private YugabyteVersion To { get; } = YugabyteVersion.Parse(spec.ToVersion);

    private YugabyteSpec Settings => spec.Yugabyte ?? new YugabyteSpec();

    // If no rollback is possible, the first master that is stopped is the point of no return.
    private bool CanRollBack => YugabyteFeatures.CanRollBack(Settings.Dialect, From);

    public Plan Compile()
    {
        _plan.Acknowledge(spec.Preflight.Acknowledge);
        PreparePackages();
        PauseReplication();
        UpgradeMasters();
        UpgradeTservers();
        Chain(YugabyteStepIds.Versions, $"Verify that every process is of {spec.ToVersion}", new VerifyVersions(), 1);
        PromoteVolatileFlags();
        Soak();
        PromoteAutoFlags();
        UpgradeCatalog();
        ResumeReplication();
        new YugabyteGuardPlanner(_plan, discovery, YugabyteFeatures.HasAutoFlags(From)).Compile();
        new YugabytePlanNotes(_plan, spec, discovery).Compile();
        return _plan.Build();
    }

    private void PreparePackages()
    {
        _barrier =
        [
            .. HostGroups.Of(discovery.Hosts).Select(group => _plan.Add(PlannedStep.Of(
                YugabyteStepIds.Package(group.Name),
                group.Name,
                $"Prepare {spec.ToVersion} on {group.Name}",
                new PreparePackage(group.Hosts[0] == group.Name ? null : [.. group.Hosts]),
                [],
                YugabytePlanTraits.TimeLimit<PreparePackage>(spec),
                Attempts))),
        ];
        List<string> checks =
        [
            Add(YugabyteStepIds.AdminTool, "Verify the admin tool of the new package", new ProveAdminTool(), Attempts),
            Add(YugabyteStepIds.Sql, "Record which tablet servers answer SQL", new RecordSql(), Attempts),
            Add(
                YugabyteStepIds.Configuration,
                "Save how every process is started",
                new SaveServerConfiguration(),
                Attempts),
        ];
        if (discovery.SqlIsOn != false)
        {
            var title = "Verify that the package has all extensions in use";
            checks.Add(Add(YugabyteStepIds.Extensions, title, new CheckExtensions(), Attempts));
        }

        _barrier = checks;
    }

    private void PauseReplication()
    {
        if (discovery.Replication == ReplicationMode.PauseBothSides)
        {
            foreach (var group in discovery.Groups.Where(g => !g.IsPaused))
            {
                Chain(
                    YugabyteStepIds.Pause(group.Name, group.Target),
                    $"Pause replication group {group.Display}",
                    new SetReplication(group.Name, group.Target, Enabled: false),
                    Attempts);
            }
        }
    }

    private void UpgradeMasters()
    {
        var masters = discovery.Instances.Where(i => i.Component == DatabaseComponent.Master).ToList();
        var programs = masters.ToDictionary(m => m.Name, Replaced, StringComparer.Ordinal);
        var first = new SwapMaster(1, programs, Outage: masters.Count < 3);
        _barrier = _rolling.AddMasters(_plan, Phases.UpgradeMasters, masters.Count, first, _barrier, CanRollBack);
    }

    private void UpgradeTservers()
    {
        SpeedUpLeaders(isBefore: true);
        int? replicas = discovery.ReplicationFactor < 3 ? discovery.ReplicationFactor : null;
        var masters = discovery.Instances.Count(i => i.Component == DatabaseComponent.Master);
        var mastersSettled = _barrier;
        List<string> settled = [];
        List<string> stopped = masters > 0 && !discovery.MovesLeadersSlowly
            ? [YugabyteStepIds.MasterSwap(Phases.UpgradeMasters, masters)]
            : _barrier;
        var found = discovery.Instances.ToDictionary(i => i.Name, StringComparer.Ordinal);
        foreach (var batch in TserverBatches.Of(spec, discovery).Batches)
        {
            // Each of them waits for what came before, and what comes next waits for all of them.
            settled =
            [
                .. batch.SelectMany(server => _rolling.AddTserver(
                    _plan,
                    Phases.UpgradeTServers,
                    server.Name,
                    new SwapTserver(Replaced(found[server.Name]), Replicas: replicas),
                    stopped,
                    CanRollBack,
                    settled: settled)).ToList(),
            ];
            stopped = [.. batch.Select(server => YugabyteStepIds.Swap(Phases.UpgradeTServers, server.Name))];
        }

        _barrier = [.. mastersSettled, .. settled];
        SpeedUpLeaders(isBefore: false);
    }

    private void SpeedUpLeaders(bool isBefore)
    {
        if (!discovery.MovesLeadersSlowly)
        {
            return;
        }

        if (isBefore)
        {
            Chain(YugabyteStepIds.SpeedUpLeaders, "Let leaders move faster", new SpeedUpLeaders(), Attempts);
        }
        else
        {
            const string Title = "Restore the speed of leaders";
            Chain(YugabyteStepIds.RestoreLeaderSpeed, Title, new RestoreLeaderSpeed(), Attempts);
        }
    }

    // These can be rolled back, so they are not part of what makes the upgrade final.
    private void PromoteVolatileFlags()
    {
        if (!YugabyteFeatures.HasAutoFlags(To) || Settings.PromoteClass != AutoFlagClass.LocalVolatile)
        {
            return;
        }

        Chain(
            YugabyteStepIds.PromoteVolatile,
            "Promote AutoFlags that can be rolled back",
            new PromoteAutoFlags(AutoFlagClass.LocalVolatile),
            Attempts);
        Chain(YugabyteStepIds.PromotedVolatile, AwaitTitle, new AwaitAutoFlags(), 1);
    }

    private void Soak()
    {
        if (YugabyteFinalize.Soak(Settings) > TimeSpan.Zero)
        {
            Chain(
                YugabyteStepIds.Soak,
                $"Watch the new version for {Settings.Soak} before the upgrade is made final",
                new Soak(),
                1);
        }
    }

    private void PromoteAutoFlags()
    {
        if (!YugabyteFeatures.HasAutoFlags(To))
        {
            return;
        }

        // If both directions run unpaused, both clusters are made final shortly after each other.
        if (discovery.Replication == ReplicationMode.TargetFirst && IsBidirectional())
        {
            Chain(YugabyteStepIds.PromotePeers, "Wait until every peer runs the new version", new AwaitPeers(), 1);
        }

        Chain(
            YugabyteStepIds.Promote,
            $"Promote AutoFlags up to {YugabyteFinalize.FinalClass(Settings)}",
            new PromoteAutoFlags(YugabyteFinalize.FinalClass(Settings)),
            Attempts,
            isPointOfNoReturn: true);
        Chain(YugabyteStepIds.Promoted, AwaitTitle, new AwaitAutoFlags(), 1);
    }

    private void UpgradeCatalog()
    {
        if (discovery.SqlIsOn != false && YugabyteFeatures.UpgradesCatalog(From, To))
        {
            Chain(
                YugabyteStepIds.Catalog,
                $"Upgrade the SQL catalogue ({YugabyteVocabulary.Of(spec).UpgradeCatalogCommand})",
                new UpgradeCatalog(),
                3,
                isPointOfNoReturn: true);
        }
    }

    private void ResumeReplication()
    {
        var paused = discovery.Replication == ReplicationMode.PauseBothSides
            ? discovery.Groups.Where(g => !g.IsPaused).ToList()
            : [];
        if (paused.Count == 0)
        {
            return;
        }

        var title = "Wait until every peer runs the new version and every target is final";
        Chain(YugabyteStepIds.ResumePeers, title, new AwaitPeers(Final: true), 1);
        foreach (var group in paused)
        {
            Chain(
                YugabyteStepIds.Resume(group.Name, group.Target),
                $"Resume replication group {group.Display}",
                new SetReplication(group.Name, group.Target, Enabled: true),
                Attempts);
        }
    }

    private bool IsBidirectional() =>
        discovery.Groups.Select(g => g.Target).Distinct().Count() > 1;

    private static ProgramReplacement Replaced(DiscoveredInstance instance) =>
        new(FormerSha256: instance.FormerSha256, FormerDirectory: instance.FormerDirectory);

    // Adds a step of the whole universe for which all later steps wait.
    private void Chain(string id, string title, IStepAction step, int attempts, bool isPointOfNoReturn = false) =>
        _barrier = [Add(id, title, step, attempts, isPointOfNoReturn)];

    private string Add(string id, string title, IStepAction step, int attempts, bool isPointOfNoReturn = false)
    {
        var timeout = YugabytePlanTraits.TimeLimit(spec, step.GetType().Name);
        return _plan.Add(PlannedStep.Of(id, node: null, title, step, _barrier, timeout, attempts) with
        {
            PointOfNoReturn = isPointOfNoReturn,
            Reversible = !isPointOfNoReturn,
        });
    }
}

/// <summary>The steps of one plan that replace masters and tablet servers one at a time, in an upgrade or in a
/// rollback.</summary>
internal sealed class YugabyteRollingSteps(DatabaseRollingUpgradeSpec spec)
{
    private const int AttemptsOfMaster = 3;
    private const int AttemptsOfTserver = 4;

    private SwapTserver? _first;

    public List<string> AddMasters(
        PlanBuilder plan, string phase, int count, SwapMaster first, List<string> after, bool reversible)
    {
        for (var slot = 1; slot <= count; slot++)
        {
            var number = slot.ToString(CultureInfo.InvariantCulture);
            var which = $"master {number} of {count}{(slot == count && count > 1 ? " (the leader)" : "")}";
            var args = slot == 1 ? first : first with { Slot = slot, Programs = null, Version = null };
            var swap = plan.Add(PlannedStep.Of(
                YugabyteStepIds.MasterSwap(phase, slot),
                node: null,
                $"Swap {which}",
                args,
                after,
                YugabytePlanTraits.TimeLimit<SwapMaster>(spec),
                AttemptsOfMaster) with
            {
                Reversible = reversible,
                PointOfNoReturn = !reversible && slot == 1,
            });
            after =
            [
                plan.Add(PlannedStep.Of(
                    YugabyteStepIds.MasterVerify(phase, slot),
                    node: null,
                    $"Verify {which}",
                    new VerifyMaster(slot),
                    [swap],
                    YugabytePlanTraits.TimeLimit<VerifyMaster>(spec),
                    attempts: 1)),
            ];
        }

        return after;
    }

    /// <summary>Adds the steps of one tablet server; returns the ids for which the next server waits.</summary>
    public List<string> AddTserver(
        PlanBuilder plan,
        string phase,
        string name,
        SwapTserver args,
        List<string> after,
        bool reversible,
        string? sql = null,
        IReadOnlyList<string>? settled = null)
    {
        _first ??= args;
        if (!ReferenceEquals(args, _first) && (args.Program, args.Version) == (_first.Program, _first.Version))
        {
            args = args with { Program = null, Version = null };
        }

        var drained = plan.Add(PlannedStep.Of(
            YugabyteStepIds.Drain(phase, name),
            name,
            $"Drain {name}",
            new DrainTserver(args.Replicas),
            after,
            YugabytePlanTraits.TimeLimit<DrainTserver>(spec),
            AttemptsOfTserver));
        var swapped = plan.Add(PlannedStep.Of(
            YugabyteStepIds.Swap(phase, name),
            name,
            $"Swap {name}",
            args,
            [drained, .. settled ?? []],
            YugabytePlanTraits.TimeLimit<SwapTserver>(spec),
            AttemptsOfTserver) with
        {
            Reversible = reversible,
        });
        return
        [
            plan.Add(PlannedStep.Of(
                YugabyteStepIds.Verify(phase, name),
                name,
                $"Verify {name}",
                new VerifyTserver(sql),
                [swapped],
                YugabytePlanTraits.TimeLimit<VerifyTserver>(spec),
                AttemptsOfTserver)),
        ];
    }
}

using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Compiles the rollback from what a plan has really done. Pure. If no process was stopped: servers are
/// removed from the leader blacklist, replication resumes, the package stays. Otherwise
/// (docs/research/yugabytedb.md#procedure): volatile AutoFlags are rolled back first; then tablet servers go to the old
/// programs, in reverse order because the last one may be down; then masters, the leader last; then replication
/// resumes.</summary>
internal sealed class YugabyteRollbackPlanner
{
    private const int Attempts = 5;

    private readonly DatabaseRollingUpgradeSpec _spec;
    private readonly Plan _done;
    private readonly IReadOnlyList<string> _moreNotes;
    private readonly PlanBuilder _plan = new();
    private readonly YugabyteRollingSteps _rolling;
    private List<string> _barrier = [];
    private bool _isSideBySide;

    private YugabyteRollbackPlanner(DatabaseRollingUpgradeSpec spec, Plan done, IReadOnlyList<string> notes) =>
        (_spec, _done, _moreNotes, _rolling) = (spec, done, notes, new YugabyteRollingSteps(spec));

    /// <summary>Compiles the rollback; without steps if nothing was changed.</summary>
    /// <param name="plan">The plan with the progress of its steps. There must be no
    /// <see cref="YugabyteRollback.Obstacle"/>.</param>
    public static Plan Compile(DatabaseRollingUpgradeSpec spec, Plan plan, IReadOnlyList<string>? notes = null) =>
        new YugabyteRollbackPlanner(spec, plan, notes ?? []).Compile();

    internal static IEnumerable<StoppedInstance> Stopped(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        var vocabulary = YugabyteVocabulary.Of(spec);
        var masters = plan.Step(YugabyteStepIds.MasterSwap(Phases.UpgradeMasters, 1))?.As<SwapMaster>().Programs;
        foreach (var step in plan.Steps.Where(s => YugabytePlanTraits.IsSwap(s) && PlanProgress.Begun(s)))
        {
            var isMaster = step.Is<SwapMaster>();
            var name = isMaster ? step.Recorded(SwapMaster.InstanceKey) : step.Node;
            if (spec.Instances.Find(i => i.Name == name) is not { } instance)
            {
                continue;
            }

            var program = PreparePackage.Program(plan, instance.Host, vocabulary.Program(instance.Component)) ?? "";
            var replaced = isMaster
                ? masters?.GetValueOrDefault(instance.Name)
                : SwapTserver.Replacement(plan, step).Program;
            yield return new StoppedInstance(instance, replaced ?? new ProgramReplacement(), program);
        }
    }

    internal static IEnumerable<DiscoveredGroup> PausedGroups(Plan plan) =>
        from pause in plan.Steps
        where pause.Is<SetReplication>() && PlanProgress.Begun(pause)
        let args = pause.As<SetReplication>()
        where !args.Enabled
            && plan.Step(YugabyteStepIds.Resume(args.Group, args.Target)) is not { State: StepState.Succeeded }
        select new DiscoveredGroup(args.Group, args.Target, IsPaused: true);

    private Plan Compile()
    {
        var stopped = Stopped(_spec, _done).ToList();
        var servers = stopped.Where(s => s.Instance.Component == DatabaseComponent.Tserver).Reverse().ToList();
        var masters = stopped.Where(s => s.Instance.Component == DatabaseComponent.Master).ToList();
        Release([.. servers.Select(s => s.Instance.Name)]);
        RestoreLeaderSpeed();
        if (stopped.Count > 0)
        {
            RollBackFlags(stopped[0]);
        }

        foreach (var batch in Batches(servers))
        {
            _isSideBySide |= batch.Count > 1;
            _barrier = [.. batch.SelectMany(server => RollBack(server, _barrier)).ToList()];
        }

        RollBackMasters(masters);
        ResumeReplication();
        AddGuards(servers);
        AddNotes(stopped);
        return _plan.Build();
    }

    // Servers that the upgrade stopped side by side may all be down, so they go back side by side.
    private IEnumerable<IReadOnlyList<StoppedInstance>> Batches(List<StoppedInstance> servers)
    {
        var left = servers;
        while (left is [var first, ..])
        {
            var drain = _done.Step(YugabyteStepIds.Drain(Phases.UpgradeTServers, first.Instance.Name));
            var beside = StoppedTogether.Others(_done, drain);
            List<StoppedInstance> batch =
            [
                first,
                .. left.Skip(1).Where(s => beside.Contains(s.Instance.Name, StringComparer.Ordinal)),
            ];
            yield return batch;
            left = [.. left.Except(batch)];
        }
    }

    private List<string> RollBack(StoppedInstance server, List<string> after)
    {
        var swap = new SwapTserver(Back(server), _spec.FromVersion, Replicas, ProveAdminTool.NodesSafe(_done));
        var name = server.Instance.Name;
        var sql = SqlBaseline.Recorded(_done, name);
        return _rolling.AddTserver(_plan, Phases.RollbackTServers, name, swap, after, reversible: true, sql);
    }

    // Servers whose drain has begun and whose swap has not.
    private void Release(IReadOnlyList<string> stopped)
    {
        _barrier =
        [
            .. LeaderBlacklistIsClean.InHand(_done)
                .Where(name => !stopped.Contains(name, StringComparer.Ordinal))
                .Select(name => _plan.Add(PlannedStep.Of(
                    YugabyteStepIds.Release(name),
                    name,
                    $"Release leaders {name}",
                    new ReleaseLeaders(),
                    [],
                    YugabytePlanTraits.TimeLimit<ReleaseLeaders>(_spec),
                    Attempts))),
        ];
    }

    private void RestoreLeaderSpeed()
    {
        if (LeaderSpeed.InForce(_done) is { } step)
        {
            Chain(
                YugabyteStepIds.UndoLeaderSpeed,
                "Restore the speed of leaders",
                new RestoreLeaderSpeed(step.Recorded(SpeedUpLeaders.FormerKey) ?? ""),
                Attempts);
        }
    }

    private void RollBackFlags(StoppedInstance former)
    {
        // Flags that were promoted in another class are an obstacle; then no rollback is compiled.
        if (_done.Steps.Find(s => s.Is<PromoteAutoFlags>() && PlanProgress.Begun(s)) is { } promote
            && promote.Recorded(PromoteAutoFlags.FlagsBeforeReceipt) is { } before)
        {
            Chain(
                YugabyteStepIds.RollBackFlags,
                $"Roll back AutoFlags to configuration version {before}",
                new RollBackAutoFlags(
                    int.Parse(before, CultureInfo.InvariantCulture),
                    former.Instance.Name,
                    former.Former.FormerDirectory ?? former.Instance.DeployDir),
                Attempts);
        }
    }

    private void RollBackMasters(List<StoppedInstance> masters)
    {
        if (masters.Count == 0)
        {
            return;
        }

        var first = new SwapMaster(
            1,
            masters.ToDictionary(m => m.Instance.Name, Back, StringComparer.Ordinal),
            _spec.FromVersion,
            Outage: _spec.Instances.Count(i => i.Component == DatabaseComponent.Master) < 3,
            ProveAdminTool.NodesSafe(_done));
        _barrier = _rolling.AddMasters(_plan, Phases.RollbackMasters, masters.Count, first, _barrier, reversible: true);
        Chain(
            YugabyteStepIds.FormerVersions,
            $"Verify that every process is of {_spec.FromVersion}",
            new VerifyVersions(_spec.FromVersion),
            attempts: 1);
    }

    private void ResumeReplication()
    {
        foreach (var group in PausedGroups(_done))
        {
            Chain(
                YugabyteStepIds.Resume(group.Name, group.Target),
                $"Resume replication group {group.Display}",
                new SetReplication(group.Name, group.Target, Enabled: true),
                Attempts);
        }
    }

    private void Chain(string id, string title, IStepAction step, int attempts)
    {
        var timeout = YugabytePlanTraits.TimeLimit(_spec, step.GetType().Name);
        _barrier = [_plan.Add(PlannedStep.Of(id, node: null, title, step, _barrier, timeout, attempts))];
    }

    // Old and new change their roles.
    private ProgramReplacement Back(StoppedInstance stopped) => new(
        stopped.Former.FormerSha256 ?? "",
        stopped.Former.FormerDirectory ?? stopped.Instance.DeployDir!,
        stopped.NewSha256,
        stopped.Former.FormerDirectory is null ? null : _spec.Package.Directory);

    private void AddGuards(List<StoppedInstance> servers)
    {
        // The rollback removes what the upgrade left in the blacklist; after that the blacklist must stay empty.
        List<string> from =
        [
            .. _plan.Phase(Phases.Undo),
            .. servers.Select(s => YugabyteStepIds.Verify(Phases.RollbackTServers, s.Instance.Name)),
        ];
        if (from.Count > 0)
        {
            _plan.Guard(PlannedStep.Guard(
                nameof(LeaderBlacklistIsClean), node: null, new LeaderBlacklistIsClean(), from));
        }
    }

    private void AddNotes(List<StoppedInstance> stopped)
    {
        string[] phases = [Phases.Undo, Phases.RollbackTServers, Phases.RollbackMasters, Phases.ResumeReplication];
        var zones = _isSideBySide ? "; those of one zone that were stopped side by side go back side by side" : "";
        _plan.Note(stopped.Count > 0
            ? $"{stopped.Count} processes are rolled back to {_spec.FromVersion}, one at a time, tablet servers before "
                + $"masters{zones}. The cluster stays available as during the upgrade."
            : phases.All(p => _plan.Phase(p).Count == 0)
                ? "The upgrade has changed nothing, so there is nothing to roll back."
                : "The upgrade has stopped no process. Its changes are undone; the database keeps running.");
        _plan.Note($"The package in {_spec.Package.Directory} stays on the hosts.");
        if (PausedGroups(_done).Any())
        {
            _plan.Note("Replication resumes at once, whatever version the peer runs. Pause it there if the peer is "
                + "being upgraded.");
        }

        foreach (var note in _moreNotes)
        {
            _plan.Note(note);
        }
    }

    private int? Replicas => _done.Steps.Find(s => s.Is<SwapTserver>())?.As<SwapTserver>().Replicas;
}

/// <summary>An instance that an upgrade stopped, or may have stopped.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Former">What it ran before.</param>
/// <param name="NewSha256">SHA-256 of the program it was to run.</param>
internal sealed record StoppedInstance(DatabaseInstance Instance, ProgramReplacement Former, string NewSha256);

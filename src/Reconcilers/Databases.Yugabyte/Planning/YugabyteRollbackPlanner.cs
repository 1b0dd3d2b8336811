using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Planning;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Compiles the way back from what a plan has really done. Pure. Before the first process was stopped: servers may have
/// leaders again, replication goes on, the package stays. After it (docs/research/yugabytedb.md#procedure): volatile
/// AutoFlags are rolled back first, then tablet servers go to the old programs, the last one touched first, because it
/// may be the one that is down; then masters, the leader last; then replication goes on.
/// </summary>
internal sealed class YugabyteRollbackPlanner
{
    private readonly DatabaseRollingUpgradeSpec _spec;
    private readonly Plan _done;
    private readonly IReadOnlyList<string> _moreNotes;
    private readonly PlanBuilder _plan = new();
    private List<string> _barrier = [];

    private YugabyteRollbackPlanner(DatabaseRollingUpgradeSpec spec, Plan done, IReadOnlyList<string> notes) =>
        (_spec, _done, _moreNotes) = (spec, done, notes);

    /// <summary>Compiles it; without steps if nothing was changed.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="plan">The plan with what has come of it. There must be no
    /// <see cref="YugabyteRollback.Obstacle"/>.</param>
    /// <param name="notes">What else the reader must know.</param>
    public static Plan Compile(DatabaseRollingUpgradeSpec spec, Plan plan, IReadOnlyList<string>? notes = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(plan);
        return new YugabyteRollbackPlanner(spec, plan, notes ?? []).Compile();
    }

    /// <summary>The instances that were stopped, or may have been, in the order in which they were.</summary>
    internal static IEnumerable<StoppedInstance> Stopped(DatabaseRollingUpgradeSpec spec, Plan plan)
    {
        var vocabulary = YugabyteVocabulary.Of(spec);
        var first = YugabyteWork.Find(plan, YugabyteStepIds.MasterSwap(DatabaseRollingUpgradePhases.UpgradeMasters, 1));
        foreach (var step in plan.Steps.Where(s => YugabyteActions.IsSwap(s) && YugabyteWork.IsBegun(s)))
        {
            var isMaster = step.Action == YugabyteActions.SwapMaster;
            if ((isMaster ? step.Recorded(YugabyteKeys.Instance) : step.Node) is not { } name || spec.Instances.Find(i => i.Name == name) is not { } instance)
            {
                continue;
            }

            var program = isMaster ? vocabulary.MasterProgram : vocabulary.TserverProgram;
            var created = YugabyteWork.PackagedProgram(plan, instance.Host, program) ?? "";
            yield return new StoppedInstance(name, (Parameter(YugabyteKeys.Former), Parameter(YugabyteKeys.FormerDirectory)), created);

            string? Parameter(string key) => isMaster
                ? first!.Parameters.GetValueOrDefault(YugabyteKeys.Of(key, name)) is { Length: > 0 } value ? value : null
                : TserverPrograms.Of(plan, step, key);
        }
    }

    private Plan Compile()
    {
        var stopped = Stopped(_spec, _done).ToList();
        var servers = stopped.Where(s => Instance(s).Component == DatabaseComponent.Tserver).Reverse().ToList();
        var masters = stopped.Where(s => Instance(s).Component == DatabaseComponent.Master).ToList();
        Release([.. servers.Select(s => s.Name)]);
        if (stopped.Count > 0)
        {
            RollBackFlags();
        }

        IReadOnlyList<(string Key, string Value)>? first = null;
        foreach (var server in servers)
        {
            var own = Change(server, null).ToList();
            var swap = first is null ? own : TserverPrograms.Beside(first, own);
            first ??= own;
            _barrier = YugabytePlanner.AddTserver(
                _plan, _spec, DatabaseRollingUpgradePhases.RollbackTServers, server.Name, Replicas, _barrier, [.. swap, (YugabyteKeys.NodesSafe, NodesSafe)], reversible: true);
        }

        Masters(masters);
        ResumeReplication();
        Guards(servers);
        Notes(stopped);
        return _plan.Build();
    }

    // Servers that were to be stopped and were not: the draining has begun, the stop has not.
    private void Release(IReadOnlyList<string> stopped)
    {
        _barrier =
        [
            .. LeaderBlacklistIsClean.InHand(_done)
                .Where(name => !stopped.Contains(name, StringComparer.Ordinal))
                .Select(name => _plan.Add(YugabytePlanner.Step(_spec, YugabyteStepIds.Release(name), YugabyteActions.ReleaseLeaders, name, $"{name} may have leaders again", [], 5))),
        ];
    }

    private void RollBackFlags()
    {
        // What was promoted in another class is an obstacle, and no way back is compiled.
        var promote = YugabyteWork.Find(_done, YugabyteStepIds.Promote);
        var before = promote?.Recorded(YugabyteKeys.FlagsBefore);
        if (promote is null || !YugabyteWork.IsBegun(promote) || before is null)
        {
            return;
        }

        _barrier = [_plan.Add(YugabytePlanner.Step(_spec, YugabyteStepIds.RollBackFlags, YugabyteActions.RollBackAutoFlags, null, $"AutoFlags as of configuration version {before}", _barrier, 5, [(YugabyteKeys.FlagsVersion, before)]))];
    }

    private void Masters(List<StoppedInstance> masters)
    {
        var outage = _spec.Instances.Count(i => i.Component == DatabaseComponent.Master) < 3;
        _barrier = YugabytePlanner.AddMasters(
            _plan,
            _spec,
            DatabaseRollingUpgradePhases.RollbackMasters,
            masters.Count,
            _barrier,
            slot =>
            [
                .. slot == 1 ? masters.SelectMany(m => Change(m, m.Name)).Append((YugabyteKeys.Version, _spec.FromVersion)) : [],
                .. outage ? [(YugabyteKeys.Outage, "true")] : Array.Empty<(string, string)>(),
                (YugabyteKeys.NodesSafe, NodesSafe),
            ],
            reversible: true);
        if (masters.Count > 0)
        {
            _barrier = [_plan.Add(YugabytePlanner.Step(_spec, YugabyteStepIds.FormerVersions, YugabyteActions.VerifyVersions, null, $"every process is of {_spec.FromVersion}", _barrier, 1, [(YugabyteKeys.Version, _spec.FromVersion)]))];
        }
    }

    private void ResumeReplication()
    {
        foreach (var group in PausedGroups(_done))
        {
            _barrier =
            [
                _plan.Add(YugabytePlanner.Step(
                    _spec, YugabyteStepIds.Resume(group.Name, group.Side), YugabyteActions.SetReplication, null, $"resume replication group {group.Name}{(group.Side == YugabyteKeys.There ? " at its peer" : "")}", _barrier, 5, YugabytePlanner.Replication(group, enabled: true))),
            ];
        }
    }

    /// <summary>The groups a plan has paused, or may have, and not resumed.</summary>
    internal static IEnumerable<DiscoveredGroup> PausedGroups(Plan plan) =>
        from pause in plan.Steps
        where pause.Action == YugabyteActions.SetReplication && pause.Parameters[YugabyteKeys.Enabled] == "0" && YugabyteWork.IsBegun(pause)
        let name = pause.Parameters[YugabyteKeys.Group]
        let side = pause.Parameters[YugabyteKeys.Side]
        where YugabyteWork.Find(plan, YugabyteStepIds.Resume(name, side)) is not { State: StepState.Succeeded }
        select new DiscoveredGroup(name, side, IsPaused: true);

    // Old and new change their roles.
    private IEnumerable<(string Key, string Value)> Change(StoppedInstance instance, string? suffix)
    {
        yield return (Key(YugabyteKeys.Sha), instance.Former.Sha256 ?? "");
        yield return (Key(YugabyteKeys.Former), instance.NewSha256);
        yield return (Key(YugabyteKeys.Directory), instance.Former.Directory ?? Instance(instance).DeployDir);
        if (instance.Former.Directory is not null)
        {
            yield return (Key(YugabyteKeys.FormerDirectory), _spec.Package.Directory);
        }

        if (suffix is null)
        {
            yield return (YugabyteKeys.Version, _spec.FromVersion);
        }

        string Key(string key) => suffix is null ? key : YugabyteKeys.Of(key, suffix);
    }

    private void Guards(List<StoppedInstance> servers)
    {
        // What the upgrade left in the blacklist is taken out on the way; after that nobody is to be in it.
        List<string> from = [.. _plan.Phase(DatabaseRollingUpgradePhases.Undo), .. servers.Select(s => YugabyteStepIds.Verify(DatabaseRollingUpgradePhases.RollbackTServers, s.Name))];
        if (from.Count > 0)
        {
            _plan.Guard(new PlanGuard { Id = YugabyteGuards.LeaderBlacklistIsClean, Check = YugabyteGuards.LeaderBlacklistIsClean, From = from });
        }
    }

    private void Notes(List<StoppedInstance> stopped)
    {
        var isEmpty = new[] { DatabaseRollingUpgradePhases.Undo, DatabaseRollingUpgradePhases.RollbackTServers, DatabaseRollingUpgradePhases.RollbackMasters, DatabaseRollingUpgradePhases.ResumeReplication }.All(p => _plan.Phase(p).Count == 0);
        _plan.Note(stopped.Count > 0
            ? $"{stopped.Count} processes go back to {_spec.FromVersion}, one at a time, tablet servers before masters; the cluster stays available as on the way there"
            : isEmpty ? "nothing was changed, so nothing is taken back" : "no process was stopped: what was changed is undone and the database runs on");
        _plan.Note($"the package in {_spec.Package.Directory} stays on the hosts");
        if (PausedGroups(_done).Any())
        {
            _plan.Note("replication goes on at once, whatever version its other end runs; pause it there if that end is being upgraded");
        }

        foreach (var note in _moreNotes)
        {
            _plan.Note(note);
        }
    }

    private DatabaseInstance Instance(StoppedInstance stopped) => _spec.Instances.Find(i => i.Name == stopped.Name)!;

    private string NodesSafe =>
        YugabyteWork.Find(_done, YugabyteStepIds.AdminTool)?.Recorded(YugabyteKeys.NodesSafe) ?? nameof(NodesSafeForm.Absent);

    // Where it is below three the steps of the way there say so.
    private int Replicas =>
        _done.Steps.Find(s => s.Action == YugabyteActions.SwapTserver)?.Parameters.GetValueOrDefault(YugabyteKeys.Replicas) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 3;
}

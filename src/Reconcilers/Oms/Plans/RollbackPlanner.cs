using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Compiles the way back from what was really done (docs/research/oms.md#rollback): undone before T1; the old
/// containers started again after it; and, from the moment a new container may have run, on databases restored from the
/// verified snapshot. Pure and deterministic; runs on the same engine.
/// </summary>
internal sealed class RollbackPlanner
{
    private readonly PlanBuilder _plan = new();
    private readonly OmsUpgradeSpec _spec;
    private readonly RollbackBasis _basis;
    private readonly Plan _done;
    private readonly List<Node> _nodes;
    private readonly bool _restores;
    private List<string> _barrier = [];

    private RollbackPlanner(OmsUpgradeSpec spec, RollbackBasis basis)
    {
        (_spec, _basis, _done) = (spec, basis, basis.Plan);
        _nodes = [.. OmsPlanProgress.Stops(_done).Select(s => Node.Of(_done, s))];
        _restores = OmsPlanProgress.NewStarted(_done);
    }

    /// <summary>The plan; without steps if nothing was changed.</summary>
    public static Plan Compile(OmsUpgradeSpec spec, RollbackBasis basis) => new RollbackPlanner(spec, basis).Compile();

    private Plan Compile()
    {
        if (!OmsPlanProgress.IsPastT1(_done))
        {
            new UndoPlanner(_plan, _spec, _basis).Compile();
        }
        else
        {
            if (_restores)
            {
                Phase(DisableNewHighAvailability);
                Phase(StopNew);
                Phase(BackupNew);
                Phase(Restore);
            }

            Phase(StartOld);
            Phase(RestoreHighAvailability);
            _plan.Add(Step(RollbackIds.Actions, OmsActions.ListActions, null, "list what a person has to do", _barrier, attempts: 1, []));
            Guards();
        }

        Notes();
        return _plan.Build() with { Hold = _basis.AfterSuccess ? RollbackIds.Hold : null, AttemptsBefore = _basis.AttemptsBefore };
    }

    private void Phase(Func<List<string>> compile)
    {
        var last = compile();
        if (last.Count > 0)
        {
            _barrier = last;
        }
    }

    private List<string> DisableNewHighAvailability()
    {
        if (_done.Step(StepIds.EnableHA) is not { } enable || !PlanProgress.Begun(enable))
        {
            return [];
        }

        var database = enable.Parameters["database"];
        if (enable.Action == OmsActions.AwaitManualHighAvailability)
        {
            return [_plan.Add(Step(RollbackIds.DisableHA, OmsActions.AwaitManualHighAvailability, null, "high availability switched off by a person", _barrier, attempts: 1, [("database", database), ("wanted", "off"), ("previous", "")]))];
        }

        var last = _plan.Add(Step(RollbackIds.DisableHA, OmsActions.SwitchOffHighAvailability, null, "ha.config: enable false", _barrier, attempts: 5, [("database", database)]));
        foreach (var node in _nodes)
        {
            last = _plan.Add(Step(RollbackIds.DisableHAConsole(node.Name), OmsActions.RestartConsole, node.Name, $"restart oms_console on {node.Name}", [last], attempts: 5, [("container", node.NewContainer), ("onlyIfRunning", "true")]));
        }

        return [_plan.Add(Step(RollbackIds.DisableHAConfirmed, OmsActions.ConfirmHighAvailability, null, "ha.config read again", [last], attempts: 3, [("database", database), ("wanted", "off")]))];
    }

    private List<string> StopNew() =>
    [
        .. _nodes.Select(node => _plan.Add(Step(RollbackIds.StopNew(node.Name), OmsActions.StopContainer, node.Name, $"stop {node.NewName} on {node.Name}", _barrier, attempts: 5,
            [("container", node.NewContainer), ("name", node.NewName), ("mayBeGone", "true")]))),
    ];

    private List<string> BackupNew()
    {
        var taken = Snapshot;
        var databases = taken.Parameters["databases"];
        _plan.Add(Step(RollbackIds.Quiesced, OmsActions.AwaitNoSessions, null, "no OMS connection left in the metadata database", _barrier, attempts: 1,
            [("databases", databases), ("hosts", _done.Step(StepIds.Quiesced)?.Parameters["hosts"] ?? "")]));
        var parameters = new List<(string, string)>(taken.Parameters.Select(p => (p.Key, p.Value))) { ("second", "true") };
        if (!_basis.AfterSuccess)
        {
            // What a failed upgrade left may be unreadable; that must not block the way back.
            parameters.Add(("optional", "true"));
        }

        return [_plan.Add(Step(RollbackIds.Snapshot, OmsActions.TakeSnapshot, null, "dump what will be dropped", [RollbackIds.Quiesced], attempts: 3, [.. parameters]))];
    }

    private List<string> Restore() =>
    [
        _plan.Add(Step(RollbackIds.Restore, OmsActions.RestoreDatabases, null, $"restore all databases from {SnapshotName}", _barrier, attempts: 2,
            [("databases", Snapshot.Parameters["databases"]), ("snapshot", SnapshotName), ("snapshotUid", SnapshotUid)]) with
        {
            PointOfNoReturn = true,
        }),
    ];

    private List<string> StartOld()
    {
        foreach (var renamed in _done.Steps.Where(s => s.Action == OmsActions.RenameProjects && PlanProgress.Begun(s)).Reverse())
        {
            _barrier = [_plan.Add(Step(RollbackIds.Names(PlanProgress.NameOf(renamed)), OmsActions.RestoreProjectNames, null, "projects get their former names", _barrier, attempts: 5, [.. renamed.Parameters.Select(p => (p.Key, p.Value))]))];
        }

        foreach (var node in _nodes)
        {
            _plan.Add(Step(RollbackIds.StartOld(node.Name), OmsActions.StartOldContainer, node.Name, $"start {node.OldName} on {node.Name}", _barrier, attempts: 3, [("container", node.OldContainer), ("name", node.OldName)]));
            _plan.Add(Step(RollbackIds.Supervisor(node.Name), OmsActions.AwaitSupervisor, node.Name, $"supervisord answers on {node.Name}", [RollbackIds.StartOld(node.Name)], attempts: 1, [("container", node.OldContainer)]));
            _plan.Add(Step(RollbackIds.Programs(node.Name), OmsActions.AwaitPrograms, node.Name, $"all programs run on {node.Name}", [RollbackIds.Supervisor(node.Name)], attempts: 2,
                [("container", node.OldContainer), ("running", string.Join(',', OmsPrograms.All)), ("runningOrStopped", "")]));
        }

        var hosts = _done.Step(StepIds.Hosts)!;
        _plan.Add(Step(RollbackIds.Hosts, OmsActions.AwaitHostsOnline, null, hosts.Title, [.. _nodes.Select(n => RollbackIds.Programs(n.Name))], attempts: 1, [.. hosts.Parameters.Select(p => (p.Key, p.Value))]));
        return
        [
            .. _nodes.Select(node => _plan.Add(Step(RollbackIds.RestartPolicy(node.Name), OmsActions.SetRestartPolicy, node.Name, $"restart policy {node.Policy} on {node.Name}", [RollbackIds.Hosts], attempts: 5,
                [("container", node.OldContainer), ("policy", node.Policy), ("maximumRetries", node.MaximumRetries)]))),
        ];
    }

    private List<string> RestoreHighAvailability()
    {
        if (_done.Step(StepIds.DisableHA) is not { } disable || !PlanProgress.Begun(disable))
        {
            return [];
        }

        var (database, previous) = (disable.Parameters["database"], disable.Parameters["previous"]);
        var perceives = HaConfig.TryParse(previous, out var former, out _) && former.PerceiveStoreClientCheckpoint;
        var stoppedAt = (OmsPlanProgress.StoppedAt(_done) ?? _done.CompiledAt ?? default).ToString("O", CultureInfo.InvariantCulture);
        var parameters = new List<(string, string)> { ("database", database), ("previous", previous), ("stoppedAt", stoppedAt) };
        if (disable.Action == OmsActions.AwaitManualHighAvailability)
        {
            parameters.AddRange([("wanted", "on"), ("perceive", perceives ? "true" : "false"), ("margin", _spec.HighAvailability.RefetchMargin)]);
            return [_plan.Add(Step(RollbackIds.RestoreHA, OmsActions.AwaitManualHighAvailability, null, "high availability switched on by a person", _barrier, attempts: 1, [.. parameters]))];
        }

        if (!perceives)
        {
            parameters.Add(("margin", _spec.HighAvailability.RefetchMargin));
        }

        var last = _plan.Add(Step(RollbackIds.RestoreHA, OmsActions.ReinstateHighAvailability, null, "ha.config as it was", _barrier, attempts: 5, [.. parameters]));
        foreach (var node in _nodes)
        {
            last = _plan.Add(Step(RollbackIds.RestoreHAConsole(node.Name), OmsActions.RestartConsole, node.Name, $"restart oms_console on {node.Name}", [last], attempts: 5, [("container", node.OldContainer)]));
        }

        return [_plan.Add(Step(RollbackIds.RestoreHAConfirmed, OmsActions.ConfirmHighAvailability, null, "ha.config read again", [last], attempts: 3, [("database", database), ("wanted", "on")]))];
    }

    private void Guards()
    {
        var guards = new RollbackGuards(_plan);
        foreach (var node in _nodes)
        {
            guards.NewStaysStopped(node.Name, node.NewContainer, node.NewName, _restores ? RollbackIds.StopNew(node.Name) : null, until: null);
            if (_restores)
            {
                guards.OldStaysStopped(node.Name, node.OldContainer, node.OldName, RollbackIds.StartOld(node.Name));
            }
        }

        if (_restores)
        {
            guards.SnapshotIsThere(SnapshotName, SnapshotUid, RollbackIds.StartOld(_nodes[0].Name));
        }

        if (_done.Step(StepIds.DisableHA) is { } disable && PlanProgress.Begun(disable))
        {
            guards.HighAvailabilityStaysOff(disable.Parameters["database"], _restores ? RollbackIds.Restore : null, RollbackIds.RestoreHA);
        }
    }

    private void Notes()
    {
        if (!OmsPlanProgress.IsPastT1(_done))
        {
            _plan.Note(_plan.Phase(OmsUpgradePhases.Undo).Count == 0 ? "nothing was changed, so nothing is taken back" : "no old container was stopped: what was changed is undone and OMS runs on");
        }
        else if (!_restores)
        {
            _plan.Note("no new container was started: the databases are as they were, only heatbeat_sequence may have been cut to its last row, and stays so");
        }
        else
        {
            _plan.Note($"databases {Snapshot.Parameters["databases"]} are dropped and restored from BackupSnapshot {SnapshotName}: everything written to them since the old containers stopped ({OmsPlanProgress.StoppedAt(_done)?.ToString("u", CultureInfo.InvariantCulture)}) is lost");
            _plan.Note($"what will be dropped is dumped before into a second snapshot{(_basis.AfterSuccess ? "" : ", if the failed upgrade left it readable")}; the new containers stay, stopped");
        }

        foreach (var note in _basis.Notes)
        {
            _plan.Note(note);
        }
    }

    private PlanStep Snapshot => _done.Step(StepIds.Snapshot)!;

    private string SnapshotName => Snapshot.Recorded(TakeSnapshot.SnapshotKey) ?? "";

    private string SnapshotUid => Snapshot.Recorded(TakeSnapshot.SnapshotUidFact) ?? "";

    private PlanStep Step(
        string id,
        string action,
        string? node,
        string title,
        List<string> after,
        int attempts,
        (string Key, string Value)[] parameters)
    {
        var phase = id[..id.IndexOf('/', StringComparison.Ordinal)];
        return new PlanStep
        {
            Id = id,
            Phase = phase,
            Node = node,
            Title = title,
            After = [.. after],
            Action = action,
            Parameters = new SortedDictionary<string, string>(parameters.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal), StringComparer.Ordinal),
            Timeout = _spec.Timeouts.Of(phase),
            MaxAttempts = attempts,
        };
    }

    private sealed record Node(
        string Name,
        string OldContainer,
        string OldName,
        string NewContainer,
        string NewName,
        string Policy,
        string MaximumRetries)
    {
        public static Node Of(Plan done, PlanStep stop)
        {
            var name = stop.Node!;
            var (start, create, policy) = (done.Step(StepIds.StartNew(name))!, done.Step(StepIds.Create(name)), done.Step(StepIds.RestartPolicy(name)));
            return new Node(
                name,
                stop.Parameters["container"],
                stop.Parameters["name"],
                create?.Recorded(CreateContainer.ContainerIdFact) ?? start.Parameters["container"],
                start.Parameters["container"],
                policy?.Parameters["policy"] ?? "no",
                policy?.Parameters["maximumRetries"] ?? "0");
        }
    }
}

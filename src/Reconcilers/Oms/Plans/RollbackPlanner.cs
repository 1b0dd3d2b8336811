namespace Drydock.Reconcilers.Oms;

/// <summary>Compiles a rollback from what was really done (docs/research/oms.md#rollback): before T1 everything is
/// undone; after it the old containers are started again; and from the moment a new container may have run, on
/// databases restored from the verified snapshot. Pure and deterministic; runs on the same engine.</summary>
internal sealed partial class RollbackPlanner
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

    private PlanStep Snapshot => _done.Step(StepIds.Snapshot)!;

    private string SnapshotName => Snapshot.Recorded(SnapshotReceipts.SnapshotKey) ?? "";

    private string SnapshotUid => Snapshot.Recorded(SnapshotReceipts.SnapshotUidFact) ?? "";

    private List<string> Databases => Snapshot.As<TakeSnapshot>().Databases;

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
            Add(
                RollbackIds.Actions,
                null,
                "List the actions for the administrator",
                new ListActions(),
                _barrier,
                attempts: 1);
            Guards();
        }

        Notes();
        return _plan.Build() with
        {
            Hold = _basis.AfterSuccess ? RollbackIds.Hold : null,
            AttemptsBefore = _basis.AttemptsBefore,
        };
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

        if (enable.Is<AwaitManualHighAvailability>())
        {
            var manual = enable.As<AwaitManualHighAvailability>();
            return
            [
                Add(
                    RollbackIds.DisableHA,
                    null,
                    "Wait until the administrator disables high availability",
                    new AwaitManualHighAvailability(manual.Database, Enable: false),
                    _barrier,
                    attempts: 1),
            ];
        }

        var database = enable.As<EnableHighAvailability>().Database;
        var written = Add(
            RollbackIds.DisableHA,
            null,
            "Disable high availability in ha.config",
            new DisableHighAvailabilityForRollback(database),
            _barrier,
            attempts: 5);
        var last = RestartConsoles(
            written,
            RollbackIds.DisableHAConsole,
            n => new RestartConsole(n.NewContainer, OnlyIfRunning: true));
        return [Confirm(RollbackIds.DisableHAConfirmed, database, enabled: false, last)];
    }

    private List<string> StopNew() =>
    [
        .. _nodes.Select(node => Add(
            RollbackIds.StopNew(node.Name),
            node.Name,
            $"Stop {node.NewName} on {node.Name}",
            new StopContainer(node.NewContainer, node.NewName, MayBeGone: true),
            _barrier,
            attempts: 5)),
    ];

    private List<string> BackupNew()
    {
        Add(
            RollbackIds.Quiesced,
            null,
            "Wait until no OMS host is connected to the metadata database",
            new AwaitNoSessions(Databases, OmsPlanProgress.Hosts(_done), OnlyHosts: true),
            _barrier,
            attempts: 1);

        // The data that a failed upgrade left may be unreadable; that must not block the rollback.
        var args = Snapshot.As<TakeSnapshot>() with
        {
            BeforeRollback = true,
            Optional = !_basis.AfterSuccess,
        };
        return
        [
            Add(
                RollbackIds.Snapshot,
                null,
                "Dump the data that the restore drops",
                args,
                [RollbackIds.Quiesced],
                attempts: 3),
        ];
    }

    private List<string> Restore() =>
    [
        _plan.Add(_spec.Timeouts.Step(
            RollbackIds.Restore,
            null,
            $"Restore all databases from {SnapshotName}",
            new RestoreDatabases(Databases, SnapshotName, SnapshotUid),
            _barrier,
            attempts: 2) with { PointOfNoReturn = true }),
    ];

    private List<string> StartOld()
    {
        foreach (var renamed in _done.Steps.Where(s => s.Is<RenameProjects>() && PlanProgress.Begun(s)).Reverse())
        {
            var args = renamed.As<RenameProjects>();
            _barrier =
            [
                Add(
                    RollbackIds.Names(PlanProgress.NameOf(renamed)),
                    null,
                    "Restore the former names of projects",
                    new RestoreProjectNames(args.Database, args.Renames),
                    _barrier,
                    attempts: 5),
            ];
        }

        foreach (var node in _nodes)
        {
            StartOld(node);
        }

        var hosts = _done.Step(StepIds.Hosts)!;
        Add(
            RollbackIds.Hosts,
            null,
            hosts.Title,
            hosts.As<AwaitHostsOnline>(),
            _nodes.Select(n => RollbackIds.Programs(n.Name)),
            attempts: 1);
        return
        [
            .. _nodes.Select(node => Add(
                RollbackIds.RestartPolicy(node.Name),
                node.Name,
                $"Set restart policy {node.Policy} on {node.Name}",
                new SetRestartPolicy(node.OldContainer, node.Policy, node.MaximumRetries),
                [RollbackIds.Hosts],
                attempts: 5)),
        ];
    }

    private void StartOld(Node node)
    {
        var started = Add(
            RollbackIds.StartOld(node.Name),
            node.Name,
            $"Start {node.OldName} on {node.Name}",
            new StartOldContainer(node.OldContainer, node.OldName),
            _barrier,
            attempts: 3);
        var answers = Add(
            RollbackIds.Supervisor(node.Name),
            node.Name,
            $"Wait for supervisord on {node.Name}",
            new AwaitSupervisor(node.OldContainer),
            [started],
            attempts: 1);
        Add(
            RollbackIds.Programs(node.Name),
            node.Name,
            $"Check that all programs run on {node.Name}",
            _done.Step(StepIds.VerifyPrograms(node.Name))!.As<AwaitPrograms>() with
            {
                Container = node.OldContainer,
            },
            [answers],
            attempts: 2);
    }

    private List<string> RestoreHighAvailability()
    {
        if (OmsPlanProgress.HighAvailabilityBefore(_done) is not var (database, previous))
        {
            return EnableHighAvailabilityThatWasOff();
        }

        var perceives = HaConfig.TryParse(previous, out var former, out _) && former.PerceiveStoreClientCheckpoint;
        var stoppedAt = OmsPlanProgress.StoppedAt(_done) ?? _done.CompiledAt ?? default;
        var margin = _spec.HighAvailability.RefetchMargin;
        if (_done.Step(StepIds.DisableHA)!.Is<AwaitManualHighAvailability>())
        {
            return
            [
                Add(
                    RollbackIds.RestoreHA,
                    null,
                    "Wait until the administrator enables high availability",
                    new AwaitManualHighAvailability(
                        database,
                        Enable: true,
                        Previous: previous,
                        PerceiveStoreClientCheckpoint: perceives,
                        RefetchMargin: margin,
                        StoppedAt: stoppedAt),
                    _barrier,
                    attempts: 1),
            ];
        }

        var written = Add(
            RollbackIds.RestoreHA,
            null,
            "Restore ha.config",
            new RestoreHighAvailabilityAfterRollback(database, previous, stoppedAt, perceives ? null : margin),
            _barrier,
            attempts: 5);
        var last = RestartConsoles(
            written,
            RollbackIds.RestoreHAConsole,
            n => _done.Step(StepIds.DisableHAConsole(n.Name))!.As<RestartConsole>() with
            {
                Container = n.OldContainer,
            });
        return [Confirm(RollbackIds.RestoreHAConfirmed, database, enabled: true, last)];
    }

    private string RestartConsoles(string after, Func<string, string> id, Func<Node, RestartConsole> args)
    {
        foreach (var node in _nodes)
        {
            after = Add(
                id(node.Name), node.Name, $"Restart oms_console on {node.Name}", args(node), [after], attempts: 5);
        }

        return after;
    }

    private string Confirm(string id, string database, bool enabled, string after) => Add(
        id,
        null,
        "Confirm that no console has overwritten ha.config",
        new ConfirmHighAvailability(database, enabled),
        [after],
        attempts: 3);

    private void Guards()
    {
        var guards = new RollbackGuards(_plan);
        foreach (var node in _nodes)
        {
            var from = _restores ? RollbackIds.StopNew(node.Name) : null;
            guards.NewStaysStopped(node.Name, node.NewContainer, node.NewName, from, until: null);
            if (_restores)
            {
                guards.OldStaysStopped(node.Name, node.OldContainer, node.OldName, RollbackIds.StartOld(node.Name));
            }
        }

        if (_restores)
        {
            guards.SnapshotExists(SnapshotName, SnapshotUid, RollbackIds.StartOld(_nodes[0].Name));
        }

        if (OmsPlanProgress.HighAvailabilityBefore(_done) is var (database, _))
        {
            guards.HighAvailabilityStaysOff(database, _restores ? RollbackIds.Restore : null, RollbackIds.RestoreHA);
        }
    }

    private void Notes()
    {
        if (!OmsPlanProgress.IsPastT1(_done))
        {
            _plan.Note(_plan.Phase(OmsUpgradePhases.Undo).Count == 0
                ? "Nothing was changed, so there is nothing to undo."
                : "No old container was stopped: the changes are undone, and OMS keeps running.");
        }
        else if (!_restores)
        {
            _plan.Note(
                "No new container was started: the databases are unchanged. Only heatbeat_sequence may have been "
                + "trimmed to its last row, and stays so.");
        }
        else
        {
            var stopped = OmsPlanProgress.StoppedAt(_done)?.ToString("u", CultureInfo.InvariantCulture);
            _plan.Note(
                $"The databases {string.Join(", ", Databases)} are dropped and restored from BackupSnapshot "
                + $"{SnapshotName}: everything written to them since the old containers stopped ({stopped}) is lost.");
            _plan.Note(
                "Before that, the data to be dropped are dumped into a second snapshot"
                + $"{(_basis.AfterSuccess ? "" : ", if the failed upgrade left them readable")}. "
                + "The new containers stay, stopped.");
        }

        foreach (var note in _basis.Notes)
        {
            _plan.Note(note);
        }
    }

    private string Add(
        string id, string? node, string title, IStepAction step, IEnumerable<string> after, int attempts) =>
        _plan.Add(_spec.Timeouts.Step(id, node, title, step, after, attempts));

    private sealed record Node(
        string Name,
        string OldContainer,
        string OldName,
        string NewContainer,
        string NewName,
        string Policy,
        int MaximumRetries)
    {
        public static Node Of(Plan done, PlanStep stop)
        {
            var name = stop.Node!;
            var old = stop.As<StopContainer>();
            var policy = done.Step(StepIds.RestartPolicy(name))?.As<SetRestartPolicy>();
            return new Node(
                name,
                old.Container,
                old.Name,
                OmsPlanProgress.NewContainer(done, name),
                OmsPlanProgress.NewName(done, name),
                policy?.Policy ?? "no",
                policy?.MaximumRetries ?? 0);
        }
    }
}

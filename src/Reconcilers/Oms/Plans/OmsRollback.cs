using Phases = Drydock.Crds.OmsUpgrades.OmsUpgradePhases;

namespace Drydock.Reconcilers.Oms;

/// <summary>Compiles a rollback from what was really done (docs/project/research/oms.md#rollback): each step that has
/// begun is asked for its undo. Before T1 everything is undone while OMS runs; after it the old containers are started
/// again; and from the moment a new container may have run, on databases restored from the verified snapshot. Pure and
/// deterministic; runs on the same engine.</summary>
internal sealed class OmsRollback : OmsPhases
{
    /// <summary>What must be approved before the rollback of a succeeded upgrade begins.</summary>
    public const string Hold = "RollBack";

    // The order of the upgrade, reversed; but names of projects come back before the old containers start.
    private static readonly string[] Order =
    [
        Phases.Settle, Phases.EnableHA, Phases.Verify, Phases.InitMetadata, Phases.CorrectMetadata, Phases.StartNew,
        Phases.RestoreDatabases, Phases.Backup, Phases.RenameProjects, Phases.StopOld, Phases.DisableHA,
        Phases.PrepareImage,
    ];

    private readonly RollbackBasis _basis;

    private OmsRollback(OmsUpgradeSpec spec, RollbackBasis basis)
        : base(spec)
    {
        _basis = basis;
        Nodes = [.. OmsPlanProgress.Stops(Done).Select(s => new StoppedNode(Done, s))];
        IsPastT1 = OmsPlanProgress.IsPastT1(Done);
    }

    /// <summary>The upgrade, with the progress of its steps.</summary>
    public PlanProgress Done => _basis.Plan;

    public IReadOnlyList<StoppedNode> Nodes { get; }
    public bool IsPastT1 { get; }
    public bool AfterSuccess => _basis.AfterSuccess;
    public bool Unattended => _basis.Unattended;
    public DateTimeOffset StoppedAt => OmsPlanProgress.StoppedAt(Done) ?? Done.CompiledAt ?? default;
    private bool Restores => OmsPlanProgress.NewStarted(Done);

    /// <summary>The plan; without steps if nothing was changed.</summary>
    public static Plan Compile(OmsUpgradeSpec spec, RollbackBasis basis) => new OmsRollback(spec, basis).Compile();

    /// <summary>Whether the step is the first of its kind that has begun: its undo covers all nodes.</summary>
    public bool IsFirst(Step done) => ReferenceEquals(
        done, Done.Steps.Find(s => s.Phase == done.Phase && s.Action == done.Action && s.HasEverBegun));

    /// <summary>Adds a step that takes something back before T1; such steps need not wait for each other.</summary>
    public string Undo(
        StepBase<OmsTargets> step, string? node = null, IEnumerable<string>? after = null, string? verb = null)
    {
        var id = "";
        Phase(Phases.Undo, () =>
        {
            id = Add(step, node, after ?? [], verb);
            return [];
        });
        return id;
    }

    public List<string> OnEach(Func<StoppedNode, string> add) => [.. Nodes.Select(add)];

    /// <summary>Restarts one console after the other, and confirms that none has overwritten ha.config.</summary>
    public string RestartConsoles(
        string database, bool enabled, string after, Func<StoppedNode, RestartConsole> console)
    {
        foreach (var node in Nodes)
        {
            after = Add(console(node), node.Name, [after]);
        }

        return Add(new ConfirmHighAvailability(database, enabled), after: [after]);
    }

    private Plan Compile()
    {
        foreach (var done in Done.Steps
            .Where(s => s.HasEverBegun).Reverse().OrderBy(s => Array.IndexOf(Order, s.Phase)))
        {
            if (StepCatalog<OmsTargets>.Of(done.Planned) is OmsStep step)
            {
                step.Undo(this, done);
            }
        }

        if (IsPastT1)
        {
            Phase(Phases.RestoreHA, EnableHighAvailabilityThatWasOff);
            Phase(Phases.Report, () => [Add(new ListActions())]);
            Guards();
        }

        // Where nothing is restored, the old version uses whatever server its config.yaml leads to, as without Drydock.
        if (Restores && MetadataServerStays.In(Done) is { } server)
        {
            Guard(nameof(MetadataServerStays), null, server, []);
        }

        Notes();
        return Built.Build() with { Hold = AfterSuccess ? Hold : null };
    }

    private IEnumerable<string> EnableHighAvailabilityThatWasOff()
    {
        if (OmsPlanProgress.HighAvailabilityBefore(Done) is not null)
        {
            return [];
        }

        var wanted = Spec.HighAvailability;
        var isKnown = _basis.Status is not OmsUpgradeStatus { HighAvailability.Present: false };
        if (wanted.AfterRollback != HighAvailabilityAfterRollback.Enable || !isKnown)
        {
            Built.Note(isKnown
                ? "High availability was off before the upgrade and stays off. "
                    + "spec.highAvailability.afterRollback: Enable enables it at the end of a rollback."
                : "The version from before the upgrade has no row ha.config, so high availability is not enabled.");
            return [];
        }

        Built.Note(
            "High availability was off before the upgrade and is enabled at the end "
            + "(spec.highAvailability.afterRollback: Enable).");

        // The first database of the snapshot is rm, which has the row.
        var database = Done.Step<TakeSnapshot>()!.As<TakeSnapshot>().Databases[0];
        if (wanted.Method == HighAvailabilityMethod.Manual)
        {
            return [Add(new AwaitManualHighAvailability(database, Enable: true, EnableOnly: true))];
        }

        var written = Add(new EnableHighAvailabilityAfterRollback(database, StoppedAt, wanted.RefetchMargin));
        return [RestartConsoles(database, enabled: true, written, n => new RestartConsole(n.OldContainer))];
    }

    private void Guards()
    {
        foreach (var n in Nodes)
        {
            string? stopped = Restores ? Built.Id<StopContainer>(n.Name) : null;
            var readers = ContainerStaysStopped.ReadersOf(Done, n.Name);
            Built.Guard(ContainerStaysStopped.New(n.Name, n.NewName, stopped, until: null, readers));
            if (Restores)
            {
                var started = Built.Id<StartOldContainer>(n.Name);
                Guard(
                    $"OldStaysStopped/{n.Name}",
                    n.Name,
                    new ContainerStaysStopped(n.OldContainer, n.OldName),
                    [],
                    started);
            }
        }

        if (Restores)
        {
            var restore = RestoreDatabases.Of(Done);
            Guard(
                nameof(SnapshotExists),
                null,
                new SnapshotExists(Snapshot: restore.Snapshot, SnapshotUid: restore.SnapshotUid),
                [],
                Built.Id<StartOldContainer>(Nodes[0].Name));
        }

        if (OmsPlanProgress.HighAvailabilityBefore(Done) is var (database, _))
        {
            Guard(
                nameof(HighAvailabilityStaysOff),
                null,
                new HighAvailabilityStaysOff(database),
                Restores ? [Built.Id<RestoreDatabases>()] : [],
                Built.Phase(Phases.RestoreHA)[0]);
        }
    }

    private void Notes()
    {
        if (!IsPastT1)
        {
            Built.Note(Built.Phase(Phases.Undo).Count == 0
                ? "Nothing was changed, so there is nothing to undo."
                : "No old container was stopped: the changes are undone, and OMS keeps running.");
        }
        else if (!Restores)
        {
            Built.Note(
                "No new container was started: the databases are unchanged. Only heatbeat_sequence may have been "
                + "trimmed to its last row, and stays so.");
        }
        else
        {
            var restore = RestoreDatabases.Of(Done);
            Built.Note(
                $"The databases {string.Join(", ", restore.Databases)} are dropped and restored from BackupSnapshot "
                + $"{restore.Snapshot}: everything written to them since the old containers stopped "
                + $"({OmsPlanProgress.StoppedAt(Done):u}) is lost.");
            Built.Note(
                "Before that, the data to be dropped are dumped into a second snapshot"
                + $"{(AfterSuccess ? "" : ", if the failed upgrade left them readable")}. "
                + "The new containers stay, stopped.");
        }

        foreach (var note in _basis.Notes)
        {
            Built.Note(note);
        }
    }

    /// <summary>What a node had before the upgrade, and what the upgrade made.</summary>
    internal sealed class StoppedNode(PlanProgress done, Step stop)
    {
        public string Name => stop.Node!;
        public string OldContainer => stop.As<StopContainer>().Container;
        public string OldName => stop.As<StopContainer>().Name;
        public string NewName => OmsPlanProgress.NewName(done, Name);
        public string Policy => Restart?.Policy ?? "no";
        public int MaximumRetries => Restart?.MaximumRetries ?? 0;
        private SetRestartPolicy? Restart => done.Step<SetRestartPolicy>(Name)?.As<SetRestartPolicy>();
    }
}

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
    : YugabyteProcedure(spec)
{
    private string _adminTool = "";
    private string? _lastMaster;

    // If no rollback is possible, the first master that is stopped is the point of no return.
    protected override bool CanRollBack => YugabyteFeatures.CanRollBack(Settings.Dialect, From);

    private YugabyteVersion From => YugabyteVersion.Parse(Spec.FromVersion);

    private YugabyteVersion To => YugabyteVersion.Parse(Spec.ToVersion);

    private YugabyteSpec Settings => Spec.Yugabyte ?? new YugabyteSpec();

    private IEnumerable<DiscoveredGroup> PausedGroups => discovery.Replication == ReplicationMode.PauseBothSides
        ? discovery.Groups.Where(g => !g.IsPaused)
        : [];

    public Plan Compile()
    {
        Builder.Acknowledge(Spec.Preflight.Acknowledge);
        PreparePackages();
        foreach (var group in PausedGroups)
        {
            Chain(Phases.PauseReplication, new SetReplication(group.Name, group.Target, Enabled: false));
        }

        UpgradeMasters();
        UpgradeTservers();
        Chain(Phases.VerifyVersions, new VerifyVersions());
        Guard(new EveryProcessIsNew(), Barrier[0]);
        PromoteVolatileFlags();
        if (KubernetesDuration.Parse(Settings.Soak) > TimeSpan.Zero)
        {
            Chain(Phases.Finalize, new Soak());
        }

        PromoteAutoFlags();
        if (discovery.SqlIsOn != false && YugabyteFeatures.UpgradesCatalog(From, To))
        {
            Chain(Phases.UpgradeCatalog, new UpgradeCatalog());
        }

        ResumeReplication();
        foreach (var note in new YugabytePlanNotes(Builder, Spec, discovery).All().Take(SchemaLimits.Findings))
        {
            Builder.Note(SchemaLimits.Clip(note));
        }

        return Builder.Build();
    }

    private void PreparePackages()
    {
        const string Phase = Phases.PreparePackage;
        List<string> prepared =
        [
            .. HostGroups.Of(discovery.Hosts).Select(group => Add(
                Phase, group.Name, new PreparePackage(group.Hosts[0] == group.Name ? null : [.. group.Hosts]), [])),
        ];
        _adminTool = Add(Phase, null, new ProveAdminTool(), prepared);
        Barrier =
        [
            _adminTool,
            Add(Phase, null, new RecordSql(), prepared),
            Add(Phase, null, new SaveServerConfiguration(), prepared),
            .. discovery.SqlIsOn != false ? new[] { Add(Phase, null, new CheckExtensions(), prepared) } : [],
        ];
        Guard(new LeaderBlacklistIsClean(), _adminTool);
    }

    private void UpgradeMasters()
    {
        var masters = discovery.Instances.Where(i => i.Component == DatabaseComponent.Master).ToList();
        var programs = masters.ToDictionary(m => m.Name, Replaced, StringComparer.Ordinal);
        _lastMaster = AddMasters(
            Phases.UpgradeMasters, masters.Count, new SwapMaster(1, programs, Outage: masters.Count < 3));
    }

    private void UpgradeTservers()
    {
        if (discovery.MovesLeadersSlowly)
        {
            Chain(Phases.UpgradeTServers, new SpeedUpLeaders());
        }

        int? replicas = discovery.ReplicationFactor < 3 ? discovery.ReplicationFactor : null;
        var mastersSettled = Barrier;
        List<string> settled = [];
        List<string> stopped = _lastMaster is not null && !discovery.MovesLeadersSlowly ? [_lastMaster] : Barrier;
        var found = discovery.Instances.ToDictionary(i => i.Name, StringComparer.Ordinal);
        foreach (var batch in TserverBatches.Of(Spec, discovery).Batches)
        {
            // Each of them waits for what came before, and what comes next waits for all of them.
            var added = batch.Select(server => AddTserver(
                Phases.UpgradeTServers,
                server.Name,
                new SwapTserver(Replaced(found[server.Name]), Replicas: replicas),
                stopped,
                settled)).ToList();
            (stopped, settled) = ([.. added.Select(a => a.Swap)], [.. added.Select(a => a.Verify)]);
        }

        Barrier = [.. mastersSettled, .. settled];
        if (discovery.MovesLeadersSlowly)
        {
            Chain(Phases.UpgradeTServers, new RestoreLeaderSpeed());
        }
    }

    // These can be rolled back, so they are not part of what makes the upgrade final.
    private void PromoteVolatileFlags()
    {
        if (YugabyteFeatures.HasAutoFlags(To) && Settings.PromoteClass == AutoFlagClass.LocalVolatile)
        {
            Chain(Phases.PromoteVolatileFlags, new PromoteAutoFlags(AutoFlagClass.LocalVolatile));
            Chain(Phases.PromoteVolatileFlags, new AwaitAutoFlags());
        }
    }

    private void PromoteAutoFlags()
    {
        if (!YugabyteFeatures.HasAutoFlags(To))
        {
            return;
        }

        // If both directions run unpaused, both clusters are made final shortly after each other.
        if (discovery.Replication == ReplicationMode.TargetFirst
            && discovery.Groups.Select(g => g.Target).Distinct().Count() > 1)
        {
            Chain(Phases.PromoteAutoFlags, new AwaitPeers());
        }

        Chain(Phases.PromoteAutoFlags, new PromoteAutoFlags(YugabyteFinalize.FinalClass(Settings)));
        if (YugabyteFeatures.HasAutoFlags(From))
        {
            Guard(new AutoFlagsAreUnchanged(), _adminTool, until: Barrier[0]);
        }

        Chain(Phases.PromoteAutoFlags, new AwaitAutoFlags());
    }

    private void ResumeReplication()
    {
        if (!PausedGroups.Any())
        {
            return;
        }

        Chain(Phases.ResumeReplication, new AwaitPeers(Final: true));
        foreach (var group in PausedGroups)
        {
            var pause = new SetReplication(group.Name, group.Target, Enabled: false);
            Chain(Phases.ResumeReplication, pause with { Enabled = true });
            Builder.Guard(PlannedGuard.Of(
                $"{nameof(ReplicationStaysPaused)}/{pause.Verb}",
                node: null,
                new ReplicationStaysPaused(group.Name, group.Target),
                [$"{Phases.PauseReplication}/{pause.Verb}"],
                Barrier[0]));
        }
    }

    private static ProgramReplacement Replaced(DiscoveredInstance instance) =>
        new(FormerSha256: instance.FormerSha256, FormerDirectory: instance.FormerDirectory);
}

/// <summary>The steps that an upgrade and a rollback have in common: masters and tablet servers are replaced one after
/// another.</summary>
internal abstract class YugabyteProcedure(DatabaseRollingUpgradeSpec spec)
{
    private SwapTserver? _first;

    protected DatabaseRollingUpgradeSpec Spec => spec;

    protected PlanBuilder Builder { get; } = new();

    /// <summary>The steps for which the next one of the whole universe waits.</summary>
    protected List<string> Barrier { get; set; } = [];

    protected virtual bool CanRollBack => true;

    protected string Add(string phase, string? node, YugabyteStep step, IEnumerable<string> after) =>
        Builder.Add(step.In(spec, phase, node, after));

    /// <summary>Adds a step of the whole universe for which all later steps wait.</summary>
    protected void Chain(string phase, YugabyteStep step) => Barrier = [Add(phase, null, step, Barrier)];

    // Guards are read before every act, so each covers the whole universe.
    protected void Guard(IGuardCheck check, string from, string? until = null) => Guard(check, [from], until);

    protected void Guard(IGuardCheck check, IEnumerable<string> from, string? until = null) =>
        Builder.Guard(PlannedGuard.Of(check.GetType().Name, node: null, check, from, until));

    /// <summary>Adds the steps of all masters; returns the id of the last swap, null without masters.</summary>
    protected string? AddMasters(string phase, int count, SwapMaster first)
    {
        string? swap = null;
        for (var slot = 1; slot <= count; slot++)
        {
            var step = (slot == 1 ? first : first with { Slot = slot, Programs = null, Version = null }) with
            {
                Count = count,
            };
            swap = Builder.Add(step.In(spec, phase, null, Barrier) with
            {
                Reversible = CanRollBack,
                PointOfNoReturn = !CanRollBack && slot == 1,
            });
            Barrier = [Add(phase, null, new VerifyMaster(slot) { Count = count }, [swap])];
        }

        return swap;
    }

    /// <param name="after">What the drain waits for.</param>
    /// <param name="settled">What the swap waits for in addition.</param>
    protected (string Swap, string Verify) AddTserver(
        string phase,
        string name,
        SwapTserver swap,
        IReadOnlyList<string> after,
        IReadOnlyList<string> settled,
        string? sql = null)
    {
        _first ??= swap;
        if (!ReferenceEquals(swap, _first) && (swap.Program, swap.Version) == (_first.Program, _first.Version))
        {
            swap = swap with { Program = null, Version = null };
        }

        var drained = Add(phase, name, new DrainTserver(swap.Replicas), after);
        var swapped = Builder.Add(swap.In(spec, phase, name, [drained, .. settled]) with { Reversible = CanRollBack });
        return (swapped, Add(phase, name, new VerifyTserver(sql), [swapped]));
    }
}

/// <summary>How an upgrade is made final: AutoFlags that cannot be rolled back are promoted, then the SQL catalogue is
/// upgraded (docs/research/yugabytedb.md#procedure). Pure.</summary>
internal static class YugabyteFinalize
{
    public static bool IsManual(YugabyteSpec settings) =>
        (settings.Finalize ?? (settings.PromoteClass == AutoFlagClass.LocalVolatile
            ? FinalizeMode.Manual
            : FinalizeMode.Auto)) == FinalizeMode.Manual;

    public static AutoFlagClass FinalClass(YugabyteSpec settings) =>
        settings.PromoteClass == AutoFlagClass.LocalVolatile ? AutoFlagClass.External : settings.PromoteClass;

    /// <summary>The first step that makes the upgrade final, if it is held; null otherwise. The wait for peers before
    /// it changes nothing, but belongs to it.</summary>
    public static string? Hold(DatabaseRollingUpgradeSpec spec, Plan plan) =>
        IsManual(spec.Yugabyte ?? new YugabyteSpec())
            ? plan.Steps.Find(s => s.Phase is Phases.PromoteAutoFlags or Phases.UpgradeCatalog)?.Id
            : null;
}

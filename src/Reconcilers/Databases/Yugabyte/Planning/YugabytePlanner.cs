using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Compiles the plan of a YugabyteDB or BMDB upgrade from the spec and what preflight found. Pure and
/// deterministic. The order is the vendor's own (docs/project/research/yugabytedb.md#procedure):
/// <list type="number">
/// <item>Packages are copied to all hosts while the configuration is saved, the admin tool is proven, and SQL is
/// recorded.</item>
/// <item>The replication groups are paused, if both sides are to be paused.</item>
/// <item>The masters are swapped and verified one at a time, the leader last.</item>
/// <item>The tablet servers are drained, swapped and verified one at a time, or zone by zone.</item>
/// <item>Every process is verified to be new, and a guard watches that from here on.</item>
/// <item>If spec.yugabyte.promoteClass is LocalVolatile, AutoFlags that can be rolled back are promoted, and the
/// universe is looked at.</item>
/// <item>The universe must be healthy for spec.yugabyte.soak.</item>
/// <item>AutoFlags that cannot be rolled back are promoted; if both directions run unpaused, the peers are waited for
/// first.</item>
/// <item>The universe is looked at, and the SQL catalogue is upgraded, unless SQL is off.</item>
/// <item>The universe is looked at.</item>
/// <item>If replication was paused, it is resumed once the peers are new and final.</item>
/// </list>
/// A step has no argument that can be read from the spec, which is frozen while a plan is stored.</summary>
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
    protected override bool CanRollBack => YugabyteFeatures.CanRollBack(Spec.IsBmdb, From);

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
            Chain(Phases.UpgradeCatalog, new VerifyUniverse());
            Chain(Phases.UpgradeCatalog, new UpgradeCatalog());
        }

        Chain(Phases.Verify, new VerifyUniverse());
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
                Phase,
                group.Name,
                new PrepareYugabytePackage(group.Hosts[0] == group.Name ? null : [.. group.Hosts]),
                [])),
        ];
        _adminTool = Add(Phase, null, new ProveAdminTool(), prepared);
        Barrier =
        [
            _adminTool,
            Add(Phase, null, new RecordSql(), prepared),
            Add(Phase, null, new SaveServerConfiguration(), []),
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
        foreach (var batch in TserverBatches.Of(Spec, discovery.ReplicationFactor, discovery.Placement).Batches)
        {
            // Each of them waits for what came before, and what comes next waits for all of them.
            var added = batch.Select(server => AddTserver(
                Phases.UpgradeTServers, server.Name, new SwapTserver(Replaced(found[server.Name]), Replicas: replicas),
                stopped, settled)).ToList();
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
            Chain(Phases.PromoteVolatileFlags, new VerifyUniverse());
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
            Builder.Guard(PlannedGuards.Of(
                $"{nameof(ReplicationStaysPaused)}/{pause.Verb}", node: null,
                new ReplicationStaysPaused(group.Name, group.Target), [$"{Phases.PauseReplication}/{pause.Verb}"],
                Barrier[0]));
        }
    }

    private static ProgramReplacement Replaced(YugabyteInstance instance) =>
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
        Builder.Guard(PlannedGuards.Of(check.GetType().Name, node: null, check, from, until));

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
        string phase, string name, SwapTserver swap, IReadOnlyList<string> after, IReadOnlyList<string> settled,
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
/// upgraded (docs/project/research/yugabytedb.md#procedure). Pure.</summary>
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
    public static string? Hold(DatabaseRollingUpgradeSpec spec, PlanProgress plan) =>
        IsManual(spec.Yugabyte ?? new YugabyteSpec())
            ? plan.Steps.Find(s => s.Phase is Phases.PromoteAutoFlags or Phases.UpgradeCatalog)?.Id
            : null;
}

/// <summary>Which tablet servers are stopped side by side: those of one zone, at most
/// spec.yugabyte.maxUnavailablePerZone of them. A zone is the cloud, region and zone that the masters list for a
/// server. <see cref="ClusterGate"/> proves before each drain and each stop that every tablet keeps its majority.
/// Pure.</summary>
internal static class TserverBatches
{
    // Draining, stopping, starting and catching up of one process, as a rule of thumb.
    private static readonly TimeSpan EachProcess = TimeSpan.FromSeconds(90);

    // Without a quorum that survives one of them, servers are stopped one at a time.
    private const int FewestReplicas = 3;

    /// <summary>How long the processes of the universe take to be replaced one after another.</summary>
    public static TimeSpan Estimate(DatabaseRollingUpgradeSpec spec, ZoneBatches servers) =>
        (spec.Of(DatabaseComponent.Master).Count() + servers.Batches.Count)
        * (EachProcess + spec.Settle);

    public static ZoneBatches Of(DatabaseRollingUpgradeSpec spec, int replicas, TserverPlacement placement)
    {
        var most = (spec.Yugabyte ?? new YugabyteSpec()).MaxUnavailablePerZone;
        var servers = spec.Of(DatabaseComponent.Tserver).ToList();
        var zones = placement.Zones;
        var obstacle = Obstacle([.. servers.Select(s => zones.GetValueOrDefault(s.Name))], replicas)
            ?? placement.Obstacle;
        return ZoneBatches.Of(
            servers, most,
            obstacle is null
                ? null
                : $"Tablet servers are stopped one at a time, although spec.yugabyte.maxUnavailablePerZone is {most}: "
                    + obstacle,
            server => zones[server.Name],
            members => $"Tablet servers of one zone are stopped side by side, at most {most} of them: {members}. "
                + "Before each drain and each stop it is proven that every tablet keeps a majority of running replicas "
                + "if all of them are down.");
    }

    /// <summary>Why servers in these zones are not stopped side by side; null if they may be.</summary>
    /// <param name="zones">The zone of each server; null if it is not known.</param>
    private static string? Obstacle(IReadOnlyCollection<string?> zones, int replicas) =>
        replicas < FewestReplicas
            ? $"with replication factor {replicas}, no tablet keeps a majority of replicas."
            : zones.Any(z => z is null) ? "the masters do not list cloud, region and zone of every tablet server."
            : !ZoneBatches.Suits(zones, replicas)
                ? $"the tablet servers are in {zones.Distinct(StringComparer.Ordinal).Count()} zones, and there "
                    + $"must be {ZoneBatches.Fewest(replicas)}, one for each replica."
            : null;
}

/// <summary>Where the tablet servers of a universe are.</summary>
/// <param name="Zones">The failure domain of each server by its name, as CLOUD.REGION.ZONE; null if the masters do not
/// list it.</param>
/// <param name="Obstacle">Why those of one zone are not stopped side by side, a whole sentence, although there are
/// enough zones: a tablet would lose its majority, or its replicas cannot be read. Null if they may be, or if the spec
/// does not ask for it.</param>
internal sealed record TserverPlacement(IReadOnlyDictionary<string, string?> Zones, string? Obstacle)
{
    public static TserverPlacement Unknown { get; } =
        new(new Dictionary<string, string?>(StringComparer.Ordinal), Obstacle: null);

    /// <summary>Reads where the tablet servers are, and whether those of one zone can be stopped side by side if the
    /// spec asks for it: no tablet may lose its majority without any of the batches. If one would, they are stopped one
    /// at a time.</summary>
    public static async Task<TserverPlacement> ReadAsync(
        YugabyteCluster cluster, UniverseState state, CancellationToken cancellationToken)
    {
        var placement = new TserverPlacement(
            cluster.Tservers.ToDictionary(
                t => t.Name, t => state.View.Tserver(cluster.Web(t))?.Zone, StringComparer.Ordinal),
            Obstacle: null);
        var batches = state.ReplicationFactor is { } replicas
            ? TserverBatches.Of(cluster.Spec, replicas, placement).Batches.Where(b => b.Count > 1).ToList()
            : [];
        if (batches.Count == 0)
        {
            return placement;
        }

        var (quorum, problem) = await Asking.TryAsync(
            () => TabletQuorum.ReadAsync(cluster, state.View, except: [], cancellationToken));
        return placement with
        {
            Obstacle = quorum is null
                ? $"the replicas of tablets cannot be read. {problem}"
                : batches.Select(quorum.FindProblem).FirstOrDefault(p => p is not null),
        };
    }
}

/// <summary>The notes that the reader of the plan needs before approving it.</summary>
internal sealed class YugabytePlanNotes(PlanBuilder plan, DatabaseRollingUpgradeSpec spec, YugabyteDiscovery discovery)
{
    private readonly YugabyteSpec _settings = spec.Yugabyte ?? new YugabyteSpec();
    private readonly ZoneBatches _servers = TserverBatches.Of(spec, discovery.ReplicationFactor, discovery.Placement);
    private readonly YugabyteVocabulary _words = YugabyteVocabulary.Of(spec);
    private readonly YugabyteVersion _from = YugabyteVersion.Parse(spec.FromVersion);
    private readonly YugabyteVersion _to = YugabyteVersion.Parse(spec.ToVersion);

    public IEnumerable<string> All() => Replacing().Concat(Finalizing()).Concat(Replication()).Concat(Holds()).Concat(
        discovery.Notes);

    private IEnumerable<string> Replacing()
    {
        yield return YugabyteRollback.NeverBecause(spec.IsBmdb, _from) is { } why
            ? $"No rollback from {Phases.UpgradeMasters}/1/swap on: {why} Before that step the upgrade can be undone "
                + "completely."
            : "Rollback to the old programs is possible until the first point of no return: tablet servers first, "
                + "then masters.";
        if (_servers.Note is { } note)
        {
            yield return note;
        }

        if (spec.Drain.OnTimeout == DrainTimeoutPolicy.Proceed)
        {
            yield return $"A tablet server that no leader has left for {spec.Drain.StalledFor}"
                + (spec.Drain.Timeout is { } limit ? $", or that still has leaders after {limit}," : "")
                + " is stopped anyway (spec.drain.onTimeout: Proceed). Requests of clients fail until new leaders are "
                + "elected.";
        }
    }

    private IEnumerable<string> Finalizing()
    {
        if (KubernetesDuration.Parse(_settings.Soak) > TimeSpan.Zero)
        {
            yield return $"The universe must be healthy in {_to} for {_settings.Soak} before the upgrade is made final "
                + "(spec.yugabyte.soak).";
        }

        if (YugabyteFinalize.IsManual(_settings))
        {
            yield return "The upgrade is made final only after your approval (spec.yugabyte.finalize: Manual): until "
                + "then it is held before AutoFlags that cannot be rolled back are promoted and the SQL catalogue is "
                + "upgraded.";
        }

        if (_settings.PromoteClass == AutoFlagClass.LocalVolatile && YugabyteFeatures.HasAutoFlags(_to))
        {
            yield return "AutoFlags that can be rolled back are promoted before that, all others when the upgrade is "
                + "made final.";
        }

        yield return YugabyteFeatures.HasAutoFlags(_to)
            ? $"{Phases.PromoteAutoFlags}/promote is a point of no return: after it no process of {_from} can run."
            : $"{_to} has no AutoFlags, so none are promoted.";
        yield return discovery.SqlIsOn == false
            ? $"{_words.Sql} is off on every tablet server, so {_words.UpgradeCatalogCommand} is not run."
            : !YugabyteFeatures.UpgradesCatalog(_from, _to)
            ? $"{_words.UpgradeCatalogCommand} is for clusters from 2.8 on, so it is not run."
            : $"{Phases.UpgradeCatalog}/upgrade is a point of no return. "
                + "Stop statements that change tables while it runs, otherwise it has to be repeated.";
    }

    private IEnumerable<string> Replication()
    {
        var names = string.Join(", ", discovery.Groups.Select(g => g.Name).Distinct(StringComparer.Ordinal));
        if (discovery.Groups.Count > 0 && discovery.Replication != ReplicationMode.PauseBothSides)
        {
            yield return $"{_words.Replication} replication is not paused (TargetFirst): {names}. "
                + "The target must be upgraded and finalized before the source.";
        }

        if (discovery.Groups.Count == 0 || discovery.Replication != ReplicationMode.PauseBothSides)
        {
            yield break;
        }

        yield return $"{_words.Replication} replication is paused from before the first master until every process "
            + $"of every peer runs {_to}: {names}. During that time the target falls behind and the source keeps "
            + "its log, for a limited time.";
        foreach (var group in discovery.Groups.Where(g => !g.IsPaused))
        {
            yield return group.Retention is { } retention
                ? $"The source of replication group {group.Display} keeps its log for "
                    + $"{KubernetesDuration.Format(retention)} after the group is paused. If the group is not resumed "
                    + "by then, its target has to be bootstrapped again. Replacing the processes takes about "
                    + $"{KubernetesDuration.Format(TserverBatches.Estimate(spec, _servers))}; holds, windows and the "
                    + "upgrade of the peer come on top."
                : $"How long the source of replication group {group.Display} keeps its log is unknown. Check "
                    + $"{ReplicationRetention.Kept} and {ReplicationRetention.AtMost} of its processes.";
        }

        foreach (var group in discovery.Groups.Where(g => g.IsPaused))
        {
            yield return $"Replication group {group.Name} is already "
                + $"paused{(group.Target == ReplicationTarget.There ? " at its peer" : "")}, so it is not resumed at "
                + "the end. If it is not paused on purpose, resume it before you approve this plan.";
        }
    }

    private IEnumerable<string> Holds() =>
        spec.Holds
            .Where(
                name => !plan.Holds(name) && !Phases.OfRollback.Contains(name.Split('/')[0], StringComparer.Ordinal)
                    && name != "RollBack")
            .Select(
                name => $"spec.holdBefore: '{name}' is neither a phase nor a step of this plan, so it has no effect.");
}

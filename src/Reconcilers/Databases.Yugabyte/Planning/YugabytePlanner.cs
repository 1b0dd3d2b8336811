using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Planning;
using static Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Compiles the plan of a YugabyteDB or BMDB upgrade from the spec and what preflight found. Pure and deterministic.
/// The order is the vendor's own (docs/research/yugabytedb.md#procedure):
/// packages everywhere first, then masters one at a time with the leader last, then tablet servers one at a time, and
/// only when every process is new what makes it final. Nothing stands in a step that can be looked up in the spec,
/// which is frozen while a plan is stored.
/// </summary>
internal sealed class YugabytePlanner
{
    private const int Attempts = 5;
    private const int AttemptsOfTserver = 4;

    private readonly DatabaseRollingUpgradeSpec _spec;
    private readonly YugabyteDiscovery _discovery;
    private readonly PlanBuilder _plan = new();
    private List<string> _barrier = [];

    /// <summary>Takes what it compiles from.</summary>
    public YugabytePlanner(DatabaseRollingUpgradeSpec spec, YugabyteDiscovery discovery)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(discovery);
        (_spec, _discovery) = (spec, discovery);
        (From, To) = (YugabyteVersion.Parse(spec.FromVersion), YugabyteVersion.Parse(spec.ToVersion));
    }

    private YugabyteVersion From { get; }

    private YugabyteVersion To { get; }

    private YugabyteSpec Settings => _spec.Yugabyte ?? new YugabyteSpec();

    private List<DiscoveredInstance> Masters =>
        [.. _discovery.Instances.Where(i => i.Component == DatabaseComponent.Master)];

    // Without a way back at all, the first master stopped is where it ends.
    private bool HasWayBack => YugabyteFeatures.CanRollBack(Settings.Dialect, From);

    /// <summary>Compiles the plan.</summary>
    public Plan Compile()
    {
        PreparePackages();
        PauseReplication();
        UpgradeMasters();
        UpgradeTservers();
        VerifyVersions();
        PromoteAutoFlags();
        UpgradeCatalog();
        ResumeReplication();
        new YugabyteGuardPlanner(_plan, _discovery, YugabyteFeatures.HasAutoFlags(From)).Compile();
        new YugabytePlanNotes(_plan, _spec, _discovery).Compile();
        return _plan.Build();
    }

    private void PreparePackages()
    {
        _barrier =
        [
            .. HostGroups.Of(_discovery.Hosts).Select(group => _plan.Add(Step(
                YugabyteStepIds.Package(group.Name),
                YugabyteActions.PreparePackage,
                group.Name,
                $"{_spec.ToVersion} on {group.Name}",
                [],
                Attempts,
                group.Hosts[0] != group.Name ? [(YugabyteKeys.Hosts, string.Join(',', group.Hosts))] : null))),
        ];
        List<string> checks = [Chain(YugabyteStepIds.AdminTool, YugabyteActions.ProveAdminTool, "the admin tool of the new package reaches the masters", Attempts, after: _barrier)];
        if (_discovery.SqlIsOn != false)
        {
            checks.Add(Chain(YugabyteStepIds.Extensions, YugabyteActions.CheckExtensions, "extensions in use are in the new package", Attempts, after: _barrier));
        }

        _barrier = checks;
    }

    private void PauseReplication()
    {
        if (_discovery.Replication != ReplicationMode.PauseBothSides)
        {
            return;
        }

        foreach (var group in _discovery.Groups.Where(g => !g.IsPaused))
        {
            Chain(YugabyteStepIds.Pause(group.Name, group.Side), YugabyteActions.SetReplication, $"pause replication group {group.Name}{End(group)}", Attempts, Replication(group, enabled: false));
        }
    }

    private void UpgradeMasters()
    {
        var masters = Masters;
        _barrier = AddMasters(_plan, _spec, UpgradeMastersPhase, masters.Count, _barrier, slot =>
        {
            var parameters = new List<(string, string)>();
            if (slot == 1)
            {
                parameters.AddRange(masters.Select(m => (YugabyteKeys.Of(YugabyteKeys.Former, m.Name), m.FormerSha256 ?? "")));
                parameters.AddRange(masters.Where(m => m.FormerDirectory is not null).Select(m => (YugabyteKeys.Of(YugabyteKeys.FormerDirectory, m.Name), m.FormerDirectory!)));
            }

            if (masters.Count < 3)
            {
                parameters.Add((YugabyteKeys.Outage, "true"));
            }

            return parameters;
        }, HasWayBack);
    }

    private void UpgradeTservers()
    {
        IReadOnlyList<(string Key, string Value)>? first = null;
        foreach (var server in _discovery.Instances.Where(i => i.Component == DatabaseComponent.Tserver))
        {
            var own = Former(server).ToList();
            _barrier = AddTserver(
                _plan, _spec, UpgradeTServersPhase, server.Name, _discovery.ReplicationFactor, _barrier, first is null ? own : TserverPrograms.Beside(first, own), HasWayBack);
            first ??= own;
        }
    }

    private static IEnumerable<(string Key, string Value)> Former(DiscoveredInstance server)
    {
        if (server.FormerSha256 is { } former)
        {
            yield return (YugabyteKeys.Former, former);
        }

        if (server.FormerDirectory is { } directory)
        {
            yield return (YugabyteKeys.FormerDirectory, directory);
        }
    }

    private void VerifyVersions() =>
        Chain(YugabyteStepIds.Versions, YugabyteActions.VerifyVersions, $"every process is of {_spec.ToVersion}", 1);

    private void PromoteAutoFlags()
    {
        if (!YugabyteFeatures.HasAutoFlags(To))
        {
            return;
        }

        // Where both directions run unpaused, both are made final close together.
        if (_discovery.Replication == ReplicationMode.TargetFirst && IsBidirectional())
        {
            Chain(YugabyteStepIds.PromotePeers, YugabyteActions.AwaitPeers, "every peer runs the new version", 1);
        }

        var isFinal = Settings.PromoteClass != AutoFlagClass.LocalVolatile;
        if (isFinal)
        {
            _pointsOfNoReturn.Add(YugabyteStepIds.Promote);
        }

        Chain(YugabyteStepIds.Promote, YugabyteActions.PromoteAutoFlags, $"promote AutoFlags up to {Settings.PromoteClass}", Attempts, [(YugabyteKeys.Class, Settings.PromoteClass.ToString())]);
        Chain(YugabyteStepIds.Promoted, YugabyteActions.AwaitAutoFlags, "every process has the new AutoFlags", 1);
    }

    private void UpgradeCatalog()
    {
        if (_discovery.SqlIsOn == false || !YugabyteFeatures.UpgradesCatalog(From, To))
        {
            return;
        }

        _pointsOfNoReturn.Add(YugabyteStepIds.Catalog);
        Chain(YugabyteStepIds.Catalog, YugabyteActions.UpgradeCatalog, $"{YugabyteVocabulary.Of(_spec).UpgradeCatalogCommand}: the SQL catalogue", 3);
    }

    private void ResumeReplication()
    {
        var paused = _discovery.Replication == ReplicationMode.PauseBothSides ? _discovery.Groups.Where(g => !g.IsPaused).ToList() : [];
        if (paused.Count == 0)
        {
            return;
        }

        Chain(YugabyteStepIds.ResumePeers, YugabyteActions.AwaitPeers, "every peer runs the new version", 1);
        foreach (var group in paused)
        {
            Chain(YugabyteStepIds.Resume(group.Name, group.Side), YugabyteActions.SetReplication, $"resume replication group {group.Name}{End(group)}", Attempts, Replication(group, enabled: true));
        }
    }

    private readonly HashSet<string> _pointsOfNoReturn = new(StringComparer.Ordinal);

    private static string UpgradeMastersPhase => DatabaseRollingUpgradePhases.UpgradeMasters;

    private static string UpgradeTServersPhase => DatabaseRollingUpgradePhases.UpgradeTServers;

    private bool IsBidirectional() =>
        _discovery.Groups.Any(g => g.Side == YugabyteKeys.Here) && _discovery.Groups.Any(g => g.Side == YugabyteKeys.There);

    private string Chain(
        string id,
        string action,
        string title,
        int attempts,
        IReadOnlyList<(string Key, string Value)>? parameters = null,
        List<string>? after = null)
    {
        var step = Step(id, action, null, title, after ?? _barrier, attempts, parameters);
        _plan.Add(_pointsOfNoReturn.Contains(id) ? step with { PointOfNoReturn = true, Reversible = false } : step);
        if (after is null)
        {
            _barrier = [id];
        }

        return id;
    }

    private PlanStep Step(string id, string action, string? node, string title, List<string> after, int attempts, IReadOnlyList<(string Key, string Value)>? parameters = null) =>
        Step(_spec, id, action, node, title, after, attempts, parameters);

    /// <summary>A step as both plans have it.</summary>
    internal static PlanStep Step(DatabaseRollingUpgradeSpec spec, string id, string action, string? node, string title, List<string> after, int attempts, IReadOnlyList<(string Key, string Value)>? parameters = null) => new()
    {
        Id = id,
        Phase = id[..id.IndexOf('/', StringComparison.Ordinal)],
        Node = node,
        Title = title,
        After = [.. after],
        Action = action,
        Parameters = new SortedDictionary<string, string>((parameters ?? []).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal), StringComparer.Ordinal),
        Timeout = KubernetesDuration.Format(YugabyteWork.TimeoutOf(spec, action)),
        MaxAttempts = attempts,
    };

    /// <summary>Adds the steps of a phase of masters; returns what the next phase waits for.</summary>
    internal static List<string> AddMasters(
        PlanBuilder plan,
        DatabaseRollingUpgradeSpec spec,
        string phase,
        int count,
        List<string> after,
        Func<int, IReadOnlyList<(string Key, string Value)>> parameters,
        bool reversible)
    {
        for (var slot = 1; slot <= count; slot++)
        {
            var number = slot.ToString(CultureInfo.InvariantCulture);
            var which = slot == count && count > 1 ? $"master {number} of {count}, the leader" : $"master {number} of {count}";
            var swap = Step(spec, YugabyteStepIds.MasterSwap(phase, slot), YugabyteActions.SwapMaster, null, $"{which}: stop, swap, start", after, 3, [(YugabyteKeys.Slot, number), .. parameters(slot)]);
            plan.Add(swap with { Reversible = reversible, PointOfNoReturn = !reversible && slot == 1 });
            after = [plan.Add(Step(spec, YugabyteStepIds.MasterVerify(phase, slot), YugabyteActions.VerifyMaster, null, $"{which}: healthy", [swap.Id], 1, [(YugabyteKeys.Slot, number)]))];
        }

        return after;
    }

    /// <summary>Adds the steps of one tablet server; returns what comes after waits for.</summary>
    internal static List<string> AddTserver(
        PlanBuilder plan, DatabaseRollingUpgradeSpec spec, string phase, string name, int replicas, List<string> after, IReadOnlyList<(string Key, string Value)> swap, bool reversible)
    {
        IReadOnlyList<(string, string)> few = replicas < 3 ? [(YugabyteKeys.Replicas, replicas.ToString(CultureInfo.InvariantCulture))] : [];
        var drained = plan.Add(Step(spec, YugabyteStepIds.Drain(phase, name), YugabyteActions.DrainTserver, name, $"drain {name}", after, AttemptsOfTserver, few));
        var swapped = plan.Add(Step(spec, YugabyteStepIds.Swap(phase, name), YugabyteActions.SwapTserver, name, $"swap {name}", [drained], AttemptsOfTserver, [.. few, .. swap]) with { Reversible = reversible });
        return [plan.Add(Step(spec, YugabyteStepIds.Verify(phase, name), YugabyteActions.VerifyTserver, name, $"verify {name}", [swapped], AttemptsOfTserver))];
    }

    /// <summary>The parameters of pausing or resuming.</summary>
    internal static IReadOnlyList<(string Key, string Value)> Replication(DiscoveredGroup group, bool enabled) =>
        [(YugabyteKeys.Group, group.Name), (YugabyteKeys.Side, group.Side), (YugabyteKeys.Enabled, enabled ? "1" : "0")];

    private static string End(DiscoveredGroup group) => group.Side == YugabyteKeys.Here ? "" : " at its peer";
}

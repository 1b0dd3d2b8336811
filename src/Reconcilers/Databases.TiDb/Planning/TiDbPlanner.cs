using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Planning;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Compiles the plan of a TiDB upgrade from the spec and what preflight found. Pure and deterministic. The order is PD,
/// TiKV, pump, TiDB; then drainer, monitoring, TiSpark (docs/research/tidb.md#procedure), one instance after the other,
/// three steps each: drain, swap, verify.
/// </summary>
/// <remarks>
/// The order among PD members is that of the spec, whoever leads: the plan and its hash must not depend on a leader
/// that may change at any time. That the leader is the last one stopped comes from the drain steps, which read the
/// leader anew: one that leads hands leadership to the last member of the order, and the last member, when its turn
/// comes, to one that has been upgraded (<see cref="DrainPd"/>).
/// </remarks>
internal sealed partial class TiDbPlanner
{
    private const int Attempts = 5;

    private readonly DatabaseRollingUpgradeSpec _spec;
    private readonly TiDbDiscovery _discovery;
    private readonly TiDbSpec _tidb;
    private readonly PlanBuilder _plan = new();
    private List<string> _barrier = [];
    private bool _isFinal;

    /// <summary>Prepares a plan.</summary>
    /// <param name="spec">What is asked for.</param>
    /// <param name="discovery">What was found.</param>
    public TiDbPlanner(DatabaseRollingUpgradeSpec spec, TiDbDiscovery discovery)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(discovery);
        (_spec, _discovery, _tidb) = (spec, discovery, spec.Tidb ?? new TiDbSpec());
    }

    /// <summary>Compiles the plan.</summary>
    public Plan Compile()
    {
        PreparePackage();
        Next(Step(TiDbStepIds.SaveConfiguration, TiDbActions.SaveConfiguration, null, "save configuration files and PD's configuration", ("storage", StorageText.Of(_tidb.Backup.Storage))));
        Backup();
        MigrateConfiguration();
        UpgradePd();
        UpgradeTikv();
        UpgradePumps();
        UpgradeTidb();
        Next(Step(TiDbStepIds.LimitMerging, TiDbActions.LimitMerging, null, "limit merging", ("limit", Number(_tidb.MergeScheduleLimit))));
        UpgradeDrainers();
        UpgradeMonitoring();
        UpgradeTiSpark();
        Verify();
        TuneScheduling();
        Guards();
        new TiDbPlanNotes(_plan, _spec, _discovery).Compile();
        return _plan.Build();
    }

    private void PreparePackage()
    {
        foreach (var (name, hosts) in HostGroups.Of(_spec))
        {
            _plan.Add(Step(TiDbStepIds.Package(name), TiDbActions.PreparePackage, name, $"version {_spec.ToVersion} on {name}", ("hosts", string.Join(',', hosts)), ("directory", _spec.Package.Directory)));
        }

        _barrier = _plan.Phase(DatabaseRollingUpgradePhases.PreparePackage);
    }

    private void Backup()
    {
        if (_tidb.Backup.Waived)
        {
            return;
        }

        Next(Step(
            TiDbStepIds.Snapshot,
            TiDbActions.TakeSnapshot,
            null,
            "full backup with mydumper",
            ("databases", string.Join(',', _tidb.Backup.Databases)),
            ("storage", StorageText.Of(_tidb.Backup.Storage)),
            ("threads", Number(_tidb.Backup.Threads)),
            ("recipients", string.Join(',', _tidb.Backup.Encryption?.Recipients ?? []))));
    }

    private void MigrateConfiguration()
    {
        foreach (var component in ConfigurationMigration.Checked)
        {
            var files = ConfigurationFile.Text(_discovery.Instances.Where(i => i.Component == component));
            if (files.Length > 0)
            {
                Next(Step(TiDbStepIds.Configuration(component), TiDbActions.MigrateConfiguration, null, $"configuration of {component} for {_spec.ToVersion}, checked by the new program", ("component", component.ToString()), ("files", files)));
            }
        }
    }

    private void Guards() => new TiDbGuardPlanner(_plan, _spec, _discovery).Compile();

    private void Next(PlanStep step)
    {
        _plan.Add(step);
        _barrier = [step.Id];
    }

    private PlanStep Step(
        string id, string action, string? node, string title, params (string Name, string Value)[] parameters)
    {
        var phase = id[..id.IndexOf('/', StringComparison.Ordinal)];
        return new PlanStep
        {
            Id = id,
            Phase = phase,
            Node = node,
            Title = title,
            After = [.. _barrier],
            Action = action,
            Parameters = new SortedDictionary<string, string>(parameters.Where(p => p.Value.Length > 0).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal), StringComparer.Ordinal),
            Timeout = KubernetesDuration.Format(TiDbTimeouts.Of(_spec, phase, id)),
            MaxAttempts = Attempts,
            Reversible = !_isFinal,
        };
    }

    private DiscoveredInstance Discovered(DatabaseInstance instance) =>
        _discovery.Instances.First(i => i.Name == instance.Name);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}

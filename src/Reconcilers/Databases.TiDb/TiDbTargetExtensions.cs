using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Short ways to the parts of a cluster.</summary>
internal static class TiDbTargetExtensions
{
    /// <summary>The spec.</summary>
    public static DatabaseRollingUpgradeSpec Spec(this ITiDbTargets targets) => targets.Upgrade.Spec;

    /// <summary>What only TiDB has, with its defaults.</summary>
    public static TiDbSpec Settings(this ITiDbTargets targets) => targets.Upgrade.Spec.Tidb ?? new TiDbSpec();

    /// <summary>PD.</summary>
    public static PdClient Pd(this ITiDbTargets targets) =>
        new(targets.Http, [.. targets.Spec().Of(DatabaseComponent.PD).Select(targets.Spec().Service)]);

    /// <summary>Status ports of TiDB.</summary>
    public static TidbStatusClient Tidb(this ITiDbTargets targets) => new(targets.Http);

    /// <summary>Status ports of TiKV.</summary>
    public static TikvStatusClient Tikv(this ITiDbTargets targets) => new(targets.PlainHttp);

    /// <summary>Pumps and drainers.</summary>
    public static BinlogClient Binlog(this ITiDbTargets targets) => new(targets.Http);

    /// <summary>An instance by its name.</summary>
    /// <exception cref="KeyNotFoundException">The spec has no such instance any more.</exception>
    public static DatabaseInstance Instance(this ITiDbTargets targets, string? name) =>
        targets.Spec().Instances.Find(i => i.Name == name) ?? throw new KeyNotFoundException($"spec.instances has no {name}, for which the plan has steps; put it back");

    /// <summary>
    /// SHA-256 of the new program of an instance, as PreparePackage found it on its host; null before that.
    /// </summary>
    public static string? NewProgramSha256(this ITiDbTargets targets, Plan plan, DatabaseInstance instance)
    {
        var group = HostGroups.Of(targets.Spec()).First(g => g.Hosts.Contains(instance.Host, StringComparer.Ordinal)).Name;
        var id = TiDbStepIds.Package(group);
        return plan.Steps.Find(s => string.Equals(s.Id, id, StringComparison.Ordinal))?.Recorded(TiDbLayout.Program(instance.Component));
    }
}

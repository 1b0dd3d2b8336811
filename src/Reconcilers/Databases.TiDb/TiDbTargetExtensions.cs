namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The clients of the parts of a cluster, and lookups in the spec and the plan.</summary>
internal static class TiDbTargetExtensions
{
    public static DatabaseRollingUpgradeSpec Spec(this ITiDbTargets targets) => targets.Upgrade.Spec;

    public static TiDbSpec Settings(this ITiDbTargets targets) => targets.Upgrade.Spec.Tidb ?? new TiDbSpec();

    public static PdClient Pd(this ITiDbTargets targets) =>
        new(targets.Http, [.. targets.Spec().Of(DatabaseComponent.PD).Select(targets.Spec().Service)]);

    public static TidbStatusClient Tidb(this ITiDbTargets targets) => new(targets.Http);

    public static TikvStatusClient Tikv(this ITiDbTargets targets) => new(targets.PlainHttp);

    public static BinlogClient Binlog(this ITiDbTargets targets) => new(targets.Http);

    /// <summary>An instance by its name.</summary>
    /// <exception cref="KeyNotFoundException">The spec does not list the instance any more.</exception>
    public static DatabaseInstance Instance(this ITiDbTargets targets, string name) =>
        targets.Spec().Instances.Find(i => i.Name == name) ?? throw new KeyNotFoundException(
            $"spec.instances does not list {name}, for which the plan has steps. Add it again.");

    /// <summary>SHA-256 of the new program of an instance, as recorded by PreparePackage; null before that.</summary>
    public static string? NewProgramSha256(this ITiDbTargets targets, Plan plan, DatabaseInstance instance)
    {
        // An instance that joined while the upgrade runs may be on a host for which no package was prepared; the
        // program is the same everywhere.
        var prepared = plan.Steps.Where(s => s.Is<PreparePackage>()).ToList();
        var here = prepared.Find(s => s.As<PreparePackage>().Hosts.Contains(instance.Host, StringComparer.Ordinal));
        var program = TiDbLayout.Program(instance.Component);
        return here is not null
            ? here.Recorded(program)
            : prepared.Select(s => s.Recorded(program)).FirstOrDefault(sum => sum is not null);
    }
}

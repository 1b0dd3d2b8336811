using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Where the files of monitoring services are, from the spec. Pure.</summary>
internal static class MonitoringLayout
{
    /// <summary>How a service is controlled.</summary>
    public static InstanceTarget Target(MonitoringService service) => new()
    {
        Name = service.Name,
        Host = service.Host,
        Program = "",
        DeployDir = service.DeployDir,
        Port = service.Port,
        Control = service.Control,
        ControlField = $"{Field(service)}.control",
        Swap = SwapMethod.ReplaceBinary,
    };

    /// <summary>The field of the spec that has a service.</summary>
    public static string Field(MonitoringService service) => $"spec.tidb.monitoring[{service.Name}]";

    /// <summary>The path of a file once it is replaced.</summary>
    public static string Place(MonitoringService service, ReplacedFile file) =>
        $"{service.DeployDir.TrimEnd('/')}/{file.To}";

    /// <summary>
    /// The hosts that get the package: those of instances, and those of services with files from the package, if it
    /// has an archive for such a host.
    /// </summary>
    public static IReadOnlyList<string> PackageHosts(DatabaseRollingUpgradeSpec spec)
    {
        var tidb = spec.Tidb ?? new TiDbSpec();
        var dashboards = tidb.Services().FirstOrDefault(
            s => s.Name == tidb.Dashboards?.Service && tidb.Dashboards.From.Exists(f => IsInPackage(spec, f)));
        return
        [
            .. spec.Instances.Select(i => i.Host)
                .Concat(
                    tidb.Services()
                        .Where(s => s == dashboards || PackageFiles(spec, s).Any())
                        .Select(s => s.Host)
                        .Where(h => GetsArchive(spec, h)))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>The files of a service that are in the package.</summary>
    public static IEnumerable<ReplacedFile> PackageFiles(
        DatabaseRollingUpgradeSpec spec, MonitoringService service) =>
        service.Files.Where(f => IsInPackage(spec, f.From));

    /// <summary>Whether a path is below the directory of the package.</summary>
    public static bool IsInPackage(DatabaseRollingUpgradeSpec spec, string path) =>
        path.StartsWith($"{spec.Package.Directory.TrimEnd('/')}/", StringComparison.Ordinal);

    /// <summary>Whether the operator unpacks an archive on a host.</summary>
    public static bool GetsArchive(DatabaseRollingUpgradeSpec spec, string host)
    {
        var components = spec.Package(host).Components;
        return spec.Package.Archives.Exists(a => a.Components.Count == 0 || a.Components.Exists(components.Contains));
    }
}

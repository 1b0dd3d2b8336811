namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Where the files of monitoring services are, from the spec. Pure.</summary>
internal static class MonitoringLayout
{
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

    public static string Field(MonitoringService service) => $"spec.tidb.monitoring[{service.Name}]";

    public static string Place(MonitoringService service, ReplacedFile file) =>
        $"{service.DeployDir.TrimEnd('/')}/{file.To}";

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

    public static IEnumerable<ReplacedFile> PackageFiles(
        DatabaseRollingUpgradeSpec spec, MonitoringService service) =>
        service.Files.Where(f => IsInPackage(spec, f.From));

    public static bool IsInPackage(DatabaseRollingUpgradeSpec spec, string path) =>
        path.StartsWith($"{spec.Package.Directory.TrimEnd('/')}/", StringComparison.Ordinal);

    public static bool GetsArchive(DatabaseRollingUpgradeSpec spec, string host)
    {
        var components = spec.Package(host).Components;
        return spec.Package.Archives.Exists(a => a.Components.Count == 0 || a.Components.Exists(components.Contains));
    }
}

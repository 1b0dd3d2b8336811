using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// The rules between fields of a DatabaseRollingUpgrade, in code: what a server with CEL refuses at once, the operator
/// reports on any server. Bounds and patterns of single fields are the schema's, which every server checks.
/// </summary>
public static class DatabaseRollingUpgradeValidation
{
    /// <summary>
    /// Everything that contradicts itself; empty if nothing does. Every finding has the reason InvalidSpec.
    /// </summary>
    public static IReadOnlyList<Finding> Validate(DatabaseRollingUpgradeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Engine.Refusal() is { } refusal)
        {
            return [StorageRules.Refusal(refusal, "spec.engine")];
        }

        return
        [
            .. Whole(spec),
            .. HostAccessRules.Check(spec),
            .. Instances(spec),
            .. SwapRules.Check(spec),
            .. Package(spec),
            .. TiDb(spec),
            .. Dashboards(spec),
            .. Changed(spec),
            .. DurationRules.Check(spec, "spec"),
        ];
    }

    /// <summary>
    /// The same for a spec whose processes are still to be found: without the rules about the hosts of spec.access,
    /// which are checked once the processes are known.
    /// </summary>
    public static IReadOnlyList<Finding> ValidateBeforeSearch(DatabaseRollingUpgradeSpec spec) =>
    [
        .. Validate(spec).Where(
            f => f.Field?.StartsWith("spec.access.docker.hosts", StringComparison.Ordinal) != true),
    ];

    private static IEnumerable<Finding> Whole(DatabaseRollingUpgradeSpec spec)
    {
        if (spec.FromVersion == spec.ToVersion)
        {
            yield return StorageRules.Refusal(RuleMessages.SameVersion, "spec.toVersion");
        }

        if (spec.Window is { } window && window.Start == window.End)
        {
            yield return StorageRules.Refusal(RuleMessages.EmptyWindow, "spec.window.end");
        }

        if (spec is { Engine: DatabaseEngine.YugabyteDB, Tidb: not null })
        {
            yield return StorageRules.Refusal(RuleMessages.TiDbSettings, "spec.tidb");
        }

        if (spec is { Engine: DatabaseEngine.TiDB, Yugabyte: not null })
        {
            yield return StorageRules.Refusal(RuleMessages.YugabyteSettings, "spec.yugabyte");
        }

        if (spec.Engine == DatabaseEngine.TiDB && OnlyForYugabyte(spec) is { } field)
        {
            yield return StorageRules.Refusal(RuleMessages.OnlyForYugabyte, field);
        }

        foreach (var finding in Tls(spec.Tls))
        {
            yield return finding;
        }

        if (spec.Engine == DatabaseEngine.YugabyteDB
            && spec.Instances.Find(i => i.ConfigFile is not null) is { } configured)
        {
            yield return StorageRules.Refusal(
                RuleMessages.OnlyForTiDb, $"spec.instances[{configured.Name}].configFile");
        }
    }

    private static IEnumerable<Finding> Tls(DatabaseServiceTls? tls)
    {
        if (tls is { SecretRef: null, Web: null, CertsDirName: null })
        {
            yield return StorageRules.Refusal(RuleMessages.SomeTls, "spec.tls");
        }

        if (tls is { SecretRef: not null, Web: not null })
        {
            yield return StorageRules.Refusal(RuleMessages.OneWebTls, "spec.tls.web");
        }

        if (tls is { ClientNodeName: not null, CertsDirName: null })
        {
            yield return StorageRules.Refusal(RuleMessages.ClientNodeNeedsCerts, "spec.tls.clientNodeName");
        }
    }

    private static string? OnlyForYugabyte(DatabaseRollingUpgradeSpec spec) => spec switch
    {
        { ToolHost: not null } => "spec.toolHost",
        { Tls.CertsDirName: not null } => "spec.tls.certsDirName",
        { Tls.ClientNodeName: not null } => "spec.tls.clientNodeName",
        { Tls.Web: not null } => "spec.tls.web",
        { Package.Extensions.Count: > 0 } => "spec.package.extensions",
        _ => null,
    };

    private static IEnumerable<Finding> Instances(DatabaseRollingUpgradeSpec spec)
    {
        var parts = (3 * spec.Instances.Count) + (4 * (spec.Yugabyte?.Replication.Groups.Count ?? 0))
            + (spec.Tidb?.Services().Count() ?? 0) + (spec.Tidb?.TiSpark?.Hosts.Count ?? 0)
            + (spec.Tidb?.Dashboards is null ? 0 : 1);
        if (parts > SchemaLimits.StepsOfParts)
        {
            yield return StorageRules.Refusal(RuleMessages.TooManySteps, "spec.instances");
        }

        if (spec.Seed is null && spec.Instances.Count < 3)
        {
            yield return StorageRules.Refusal(RuleMessages.SeedOrInstances, "spec.instances");
        }

        foreach (var instance in spec.Instances)
        {
            var field = $"spec.instances[{instance.Name}]";
            if (!spec.Engine.Has(instance.Component))
            {
                yield return StorageRules.Refusal(RuleMessages.ComponentOfEngine, $"{field}.component");
            }

            if (instance.Control is { } own && !IsOne(own))
            {
                yield return StorageRules.Refusal(RuleMessages.OneControl, $"{field}.control");
            }
        }

        foreach (var (field, control) in Shared(spec).Where(s => !IsOne(s.Control)))
        {
            yield return StorageRules.Refusal(RuleMessages.OneControl, field);
        }

        if (spec.Control.Find(c => c is { Control: null, DeployDir: null }) is { } empty)
        {
            yield return StorageRules.Refusal(RuleMessages.SomeSetting, $"spec.control[{empty.Component}]");
        }

        if (spec.Defaults is { Control: null, DeployDir: null })
        {
            yield return StorageRules.Refusal(RuleMessages.SomeSetting, "spec.defaults");
        }

        foreach (var twice in spec.Instances.GroupBy(i => (i.Host, Port: i.Port ?? DefaultPorts.Service(spec, i)))
            .Where(g => g.Count() > 1))
        {
            yield return StorageRules.Refusal(
                $"{string.Join(" and ", twice.Select(i => i.Name))} have the same host and port "
                    + $"({twice.Key.Host}:{twice.Key.Port}). Give each its own port.",
                $"spec.instances[{twice.Last().Name}].port");
        }

        var services = spec.Tidb?.Monitoring ?? [];
        if (services.Find(m => m.Host.Length > 0 == m.Hosts.Count > 0) is { } homeless)
        {
            yield return StorageRules.Refusal(
                RuleMessages.HostOrHosts, $"spec.tidb.monitoring[{homeless.Name}].hosts");
        }

        if (services.SelectMany(m => m.Each().Select(one => (one.Name, Of: m)))
            .GroupBy(s => s.Name, s => s.Of, StringComparer.Ordinal)
            .FirstOrDefault(g => g.Count() > 1) is { } same)
        {
            yield return StorageRules.Refusal(
                RuleMessages.ServiceNamesDiffer, $"spec.tidb.monitoring[{same.Last().Name}].name");
        }

        if (spec.Tidb?.Monitoring.Find(m => !IsOne(m.Control)) is { } service)
        {
            yield return StorageRules.Refusal(RuleMessages.OneControl, $"spec.tidb.monitoring[{service.Name}].control");
        }

        if (spec.Tidb?.Monitoring.Find(m => m.Control.Swap is not null) is { } swapped)
        {
            yield return StorageRules.Refusal(
                RuleMessages.SwapOfService, $"spec.tidb.monitoring[{swapped.Name}].control.swap");
        }
    }

    private static IEnumerable<Finding> Dashboards(DatabaseRollingUpgradeSpec spec)
    {
        if (spec.Tidb?.Dashboards is not { } dashboards)
        {
            yield break;
        }

        if (!spec.Tidb.Monitoring.Exists(m => m.Name == dashboards.Service && m.Host.Length > 0))
        {
            yield return StorageRules.Refusal(RuleMessages.DashboardsNeedService, "spec.tidb.dashboards.service");
        }

        if (spec.Access.Ssh is null)
        {
            yield return StorageRules.Refusal(RuleMessages.DashboardsNeedSsh, "spec.tidb.dashboards");
        }
    }

    private static IEnumerable<Finding> Changed(DatabaseRollingUpgradeSpec spec) =>
        spec.Skip.Where(name => spec.Seed is null && !spec.Instances.Exists(i => i.Name == name))
            .Select(name => StorageRules.Refusal(RuleMessages.SkipIsInstance, $"spec.skip[{name}]"))
            .Concat(
                spec.Added.Where(a => spec.Instances.Exists(i => i.Name == a.Name))
                    .Select(a => StorageRules.Refusal(RuleMessages.AddedIsNew, $"spec.added[{a.Name}]")));

    private static IEnumerable<(string Field, InstanceControl Control)> Shared(DatabaseRollingUpgradeSpec spec) =>
        spec.Control.Where(c => c.Control is not null)
            .Select(c => ($"spec.control[{c.Component}].control", c.Control!))
            .Concat(spec.Defaults?.Control is { } all ? [("spec.defaults.control", all)] : []);

    private static bool IsOne(InstanceControl control) =>
        new object?[] { control.Systemd, control.Supervise, control.Scripts, control.Process }
            .Count(c => c is not null) == 1;

    private static IEnumerable<Finding> Package(DatabaseRollingUpgradeSpec spec)
    {
        foreach (var archive in spec.Package.Archives)
        {
            var field = $"spec.package.archives[{archive.Name}]";
            if (archive.Storage is null == archive.HostPath is null || archive.Storage is null != archive.Path is null)
            {
                yield return StorageRules.Refusal(RuleMessages.OneArchiveSource, field);
            }

            if (archive.Path is { } path && StorageRules.LeadsOut(path))
            {
                yield return StorageRules.Refusal(RuleMessages.ArchivePath, $"{field}.path");
            }

            if (archive.Storage is { } storage)
            {
                foreach (var finding in StorageRules.Check(storage, $"{field}.storage"))
                {
                    yield return finding;
                }
            }
        }

        if (spec.Package.PostInstall is { Length: > 0 } script && (script[0] == '/' || StorageRules.LeadsOut(script)))
        {
            yield return StorageRules.Refusal(RuleMessages.BelowPackage, "spec.package.postInstall");
        }
    }

    private static IEnumerable<Finding> TiDb(DatabaseRollingUpgradeSpec spec)
    {
        if (spec.Engine != DatabaseEngine.TiDB)
        {
            yield break;
        }

        var backup = (spec.Tidb ?? new TiDbSpec()).Backup;
        if (backup.Waived == backup.Storage is not null)
        {
            yield return StorageRules.Refusal(RuleMessages.BackupOrWaived, "spec.tidb.backup");
        }
        else if (!backup.Waived && backup.Databases.Count == 0)
        {
            yield return StorageRules.Refusal(RuleMessages.BackupNeedsDatabases, "spec.tidb.backup.databases");
        }

        if (backup.Storage is { } storage)
        {
            foreach (var finding in StorageRules.Check(storage, "spec.tidb.backup.storage"))
            {
                yield return finding;
            }
        }
    }
}

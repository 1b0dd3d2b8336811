namespace Drydock.Tests.Unit.Fakes;

/// <content>The spec of the upgrade.</content>
internal sealed partial class TiDbWorld
{
    /// <summary>An instance left the database, and spec.removedInstances names it: the operator does not see it any
    /// more.</summary>
    public void Leave(string instance)
    {
        Processes.Remove(this[instance]);
        Upgrade = Upgrade with
        {
            Spec = Upgrade.Spec with { Instances = [.. Upgrade.Spec.Instances.Where(i => i.Name != instance)] }
        };
    }

    private DatabaseRollingUpgradeSpec MakeSpec() => new()
    {
        Approval = ApprovalPolicy.Automatic,
        HoldBefore = [],
        Engine = DatabaseEngine.TiDB,
        FromVersion = Setup.From,
        ToVersion = New,
        Package = Setup.PackagePresent
            ? new PackageSpec { Directory = PackageDirectory }
            : new PackageSpec
            {
                Directory = PackageDirectory,
                Archives =
                    [new PackageArchive { Name = "tidb", HostPath = "/tmp/tidb.tar.gz", Sha256 = new string('0', 64) }]
            },
        Access = new HostAccess
        {
            Ssh = new SshAccess
            {
                User = "tidb",
                KeySecretRef = new SecretReference { Name = "ssh" },
                KnownHostsSecretRef = new SecretReference { Name = "ssh" }
            }
        },
        Processes = [.. new[]
        {
            DatabaseComponent.PD, DatabaseComponent.TiKV, DatabaseComponent.TiDB, DatabaseComponent.Pump,
            DatabaseComponent.Drainer
        }
            .Select(c => new ComponentControl
            {
                Component = c,
                Control = new InstanceControl { Systemd = new SystemdControl() }
            })],
        Instances =
        [
            .. Some(DatabaseComponent.PD, "pd", Setup.Pds), .. Tikvs(),
            .. Some(DatabaseComponent.Pump, "pump", Setup.Pumps),
            .. Some(DatabaseComponent.TiDB, "tidb", Setup.Tidbs),
            .. Some(DatabaseComponent.Drainer, "drainer", Setup.Drainers),
        ],
        MinHealthySeconds = 10,
        Tidb = new TiDbSpec
        {
            CredentialsSecretRef = new SecretReference { Name = "root" },
            Backup = new TiDbBackupSpec
            {
                Storage = new StorageSpec { Directory = new DirectoryStorage { Path = "/snapshots" } },
                Databases = ["orders"]
            },
            TuneScheduling = new TuneSchedulingSpec { StableFor = "5m" },
        },
    };

    private static IEnumerable<DatabaseInstance> Some(DatabaseComponent component, string stem, int count) =>
        Enumerable.Range(1, count).Select(i => new DatabaseInstance
        {
            Name = $"{stem}-{i}",
            Component = component,
            Host = $"192.0.2.{i}",
            DeployDir = $"/data/{stem}-{i}"
        });

    private IEnumerable<DatabaseInstance> Tikvs() => Enumerable.Range(1, Setup.Tikvs).Select(i =>
    {
        var (host, second) = Setup.TwoTikvsAHost ? ((i + 1) / 2, i % 2 == 0) : (i, false);
        return new DatabaseInstance
        {
            Name = $"tikv-{i}",
            Component = DatabaseComponent.TiKV,
            Host = $"192.0.2.{host}",
            Port = second ? 20161 : null,
            StatusPort = second ? 20181 : null,
            DeployDir = $"/data/tikv-{i}"
        };
    });
}

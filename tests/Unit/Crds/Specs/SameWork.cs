namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>Specs that ask for the same work, reached and controlled otherwise.</summary>
internal static class SameWork
{
    private static readonly SecretReference Other = new() { Name = "other" };

    /// <summary>Every field of the classes access and control is another.</summary>
    public static DatabaseRollingUpgradeSpec Otherwise(DatabaseRollingUpgradeSpec spec) => spec with
    {
        Approval = spec.Approval == ApprovalPolicy.Automatic ? ApprovalPolicy.Manual : ApprovalPolicy.Automatic,
        DesiredState = DesiredState.RolledBack,
        RollbackPolicy = RollbackPolicy.OnFailure,
        Window = null,
        MaxParallelNodes = 3,
        Paused = !spec.Paused,
        HoldBefore = ["PointOfNoReturn"],
        Approvals = ["Verify/hosts@0123abcd.1.1"],
        Access = spec.Access.Docker is null
            ? new HostAccess
            {
                Docker = new ContainerAccess
                {
                    TlsSecretRef = Other,
                    User = "other",
                    Become = Become.Sudo,
                    Hosts = [.. Hosts(spec).Select((host, i) => new ContainerHost
                    {
                        Host = host,
                        Endpoint = "tcp://192.0.2.9:2376",
                        Container = FormattableString.Invariant($"other-{i}")
                    })]
                }
            }
            : new HostAccess
            {
                Ssh = new SshAccess
                {
                    User = "other",
                    Port = 2222,
                    KeySecretRef = Other,
                    KnownHostsSecretRef = Other,
                    Become = Become.Sudo,
                    BecomeFor = BecomeFor.Units,
                    BecomeUser = "db",
                    Forward = true,
                    Hosts = [new SshHost { Host = spec.Instances[0].Host, Address = "192.0.2.77" }]
                }
            },
        ToolHost = spec.Instances[0].Host,
        Tls = new DatabaseServiceTls { SecretRef = Other, CertsDirName = "/other" },
        Drain = new DrainSpec
        {
            StalledFor = "98h",
            Timeout = "99h",
            IdleLimit = "97h",
            OnTimeout = DrainTimeoutPolicy.Proceed
        },
        MinHealthySeconds = 1,
        Timeouts = new DatabaseUpgradeTimeouts { Backup = "99h", Swap = "1s" },
        Package = spec.Package with
        {
            Archives = [.. spec.Package.Archives.Select(
                a => a.Storage is { } storage ? a with { Storage = Otherwise(storage) } : a)]
        },
        Yugabyte = spec.Yugabyte is { } yugabyte ? Otherwise(yugabyte) : null,
        Tidb = spec.Tidb is { } tidb ? Otherwise(tidb) : null,
    };

    /// <summary>The same storage with other credentials.</summary>
    public static StorageSpec? Otherwise(StorageSpec? storage) =>
        storage?.S3 is { } s3 ? storage with { S3 = s3 with { CredentialsSecretRef = Other } } : storage;

    private static IEnumerable<string> Hosts(DatabaseRollingUpgradeSpec spec) =>
        spec.Instances.Select(i => i.Host).Concat((spec.Tidb?.Services() ?? []).Select(m => m.Host))
            .Concat(spec.Tidb?.TiSpark?.Hosts ?? []).Distinct(StringComparer.Ordinal);

    private static YugabyteSpec Otherwise(YugabyteSpec yugabyte) => yugabyte with
    {
        Sql = yugabyte.Sql with { Port = 5499, Database = "other", CredentialsSecretRef = Other },
        Replication = yugabyte.Replication with
        {
            Groups = [.. yugabyte.Replication.Groups.Select(
                g => g with { Peer = g.Peer with { CertsSecretRef = Other, WebCredentialsSecretRef = Other } })]
        },
    };

    private static TiDbSpec Otherwise(TiDbSpec tidb) => tidb with
    {
        CredentialsSecretRef = Other,
        SqlTls = new DatabaseTls
        {
            Mode =
                tidb.SqlTls.Mode == DatabaseTlsMode.Disabled ? DatabaseTlsMode.VerifyIdentity : DatabaseTlsMode.Disabled
        },
        Backup = tidb.Backup is { } backup ? backup with { Storage = Otherwise(backup.Storage) } : null,
    };
}

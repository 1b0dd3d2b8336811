using System.Security.Cryptography;
using System.Text.Json;
using Drydock.Crds;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>Hashes of the fields of a spec by their class, by which changes of them are noticed. Pure.</summary>
internal static class DatabaseIdentity
{
    /// <summary>Of the identity fields: what is done to what.</summary>
    public static string Of(DatabaseRollingUpgradeSpec spec) => Hash(new DatabaseRollingUpgradeSpec
    {
        Engine = spec.Engine,
        FromVersion = spec.FromVersion,
        ToVersion = spec.ToVersion,
        Package = spec.Package with { Archives = [.. spec.Package.Archives.Select(a => a.Storage is { } storage ? a with { Storage = StorageText.WithoutSecrets(storage) } : a)] },
        Instances = spec.Instances,
        Control = spec.Control,
        AllowUnavailability = spec.AllowUnavailability,
        Yugabyte = spec.Yugabyte is { } yugabyte ? WithoutAccess(yugabyte) : null,
        Tidb = spec.Tidb is { } tidb ? WithoutAccess(tidb) : null,
    });

    /// <summary>Of the access fields by which connections are made: changed, they are made anew.</summary>
    public static string AccessOf(DatabaseRollingUpgradeSpec spec) => Hash(new DatabaseRollingUpgradeSpec
    {
        Access = spec.Access,
        ToolHost = spec.ToolHost,
        Tls = spec.Tls,
        Package = new PackageSpec { Archives = spec.Package.Archives },
        Yugabyte = new YugabyteSpec { Replication = spec.Yugabyte?.Replication ?? new ReplicationSpec(), Sql = spec.Yugabyte?.Sql ?? new YugabyteSqlSpec() },
        Tidb = new TiDbSpec { CredentialsSecretRef = spec.Tidb?.CredentialsSecretRef, SqlTls = spec.Tidb?.SqlTls ?? new DatabaseTls(), Backup = new TiDbBackupSpec { Storage = spec.Tidb?.Backup.Storage } },
    });

    private static TiDbSpec WithoutAccess(TiDbSpec tidb) => tidb with
    {
        CredentialsSecretRef = null,
        SqlTls = new DatabaseTls(),
        Backup = tidb.Backup.Storage is { } storage ? tidb.Backup with { Storage = StorageText.WithoutSecrets(storage) } : tidb.Backup,
    };

    private static YugabyteSpec WithoutAccess(YugabyteSpec yugabyte) => yugabyte with
    {
        Replication = WithoutSecrets(yugabyte.Replication),
        Sql = new YugabyteSqlSpec { ExtensionsInUse = yugabyte.Sql.ExtensionsInUse },
    };

    private static ReplicationSpec WithoutSecrets(ReplicationSpec replication) =>
        replication with { Groups = [.. replication.Groups.Select(g => g with { Peer = g.Peer with { CertsSecretRef = null } })] };

    private static string Hash(DatabaseRollingUpgradeSpec spec) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new DatabaseRollingUpgrade { Spec = spec }, CrdsJsonContext.Default.DatabaseRollingUpgrade)));
}

using System.Globalization;
using System.Text;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Cli.Init;

/// <summary>
/// The manifest of a DatabaseRollingUpgrade for an imported cluster. It has the seed and the access; an instance is
/// listed only where preflight would not find it. Pure.
/// </summary>
internal static class ImportedManifest
{
    /// <summary>Writes the manifest as YAML, with mode: Plan and comments at what is left to fill in.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="toVersion">The version after the upgrade, plain: 3.0.9.</param>
    /// <param name="name">Name of the object; null for one made of the cluster's name and the version.</param>
    /// <exception cref="ImportException">The inventory does not say the version that runs.</exception>
    public static string Write(ImportedCluster cluster, string toVersion, string? name = null)
    {
        var from = cluster.Version is { Length: > 0 } version
            ? version
            : throw new ImportException(
                "The inventory does not say the version that runs (tidb_version). Add it to the inventory.");
        var to = toVersion.TrimStart('v');
        var text = new StringBuilder();
        foreach (var remark in cluster.Remarks)
        {
            text.Append("# ").Append(remark).Append('\n');
        }

        name ??= ObjectName.Of(cluster.Name, "tidb", to);
        text.Append(
            CultureInfo.InvariantCulture,
            $$$"""
            # Create the Secrets, fill in the archive's path and SHA-256, read status.plan, then set mode: Apply.
            apiVersion: drydock.dev/v1alpha1
            kind: DatabaseRollingUpgrade
            metadata: {name: {{{name}}}}
            spec:
              mode: Plan
              engine: TiDB
              fromVersion: {{{YamlText.Of(from)}}}
              toVersion: {{{YamlText.Of(to)}}}
              seed: {{{YamlText.Of(Seed(cluster))}}}
              holdBefore: [UpgradePD]
              package:
                directory: {{{YamlText.Of($"/data/deploy-packages/tidb-v{to}")}}}
                archives:
                - name: tidb
                  storage: {directory: {path: /var/lib/drydock/images}}
                  path: {{{YamlText.Of($"tidb-v{to}-linux-amd64.tar.gz")}}}
                  sha256: "{{{YamlText.UnknownSha256}}}"
              access:
                ssh:
                  user: {{{YamlText.Of(cluster.User ?? "tidb")}}}

            """);
        if (cluster.SshPort is { } port)
        {
            text.Append(CultureInfo.InvariantCulture, $"      port: {port}\n");
        }

        text.Append("""
                  keySecretRef: {name: database-ssh}
                  knownHostsSecretRef: {name: database-ssh}
                  become: Sudo

            """);
        if (Unfindable(cluster) is { } server)
        {
            var host = YamlText.Of(server.Host);
            var status = server.StatusPort is { } pages ? $", statusPort: {pages}" : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $$$"""
                  instances:
                  # No TiDB is on a host of PD or TiKV: the other TiDBs are found from this one.
                  - {name: tidb-1, component: TiDB, host: {{{host}}}, port: {{{server.Port}}}{{{status}}}}

                """);
        }

        return text.Append("""
              tidb:
                credentialsSecretRef: {name: tidb-root}
                # Name the databases and a storage instead if the upgrade shall take a backup.
                backup: {waived: true}

            """).ToString();
    }

    private static string Seed(ImportedCluster cluster)
    {
        var pd = cluster.Instances.First(i => i.Component == DatabaseComponent.PD);
        var usual = DefaultPorts.Service(new(), new DatabaseInstance { Component = DatabaseComponent.PD });
        return pd.Port == usual ? pd.Host : HostAndPort.Seed(HostAndPort.Join(pd.Host, pd.Port), usual);
    }

    // PD of these versions does not report TiDBs; preflight finds one on the hosts of PD and TiKV, and then the rest.
    private static ImportedInstance? Unfindable(ImportedCluster cluster)
    {
        var searched = cluster.Instances
            .Where(i => i.Component is DatabaseComponent.PD or DatabaseComponent.TiKV)
            .Select(i => i.Host)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var servers = cluster.Instances.Where(i => i.Component == DatabaseComponent.TiDB).ToList();
        return servers.Exists(s => searched.Contains(s.Host)) ? null : servers.FirstOrDefault();
    }
}

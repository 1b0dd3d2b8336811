namespace Drydock.Cli.Init;

/// <summary>The manifest of a DatabaseRollingUpgrade for a cluster of TiDB: the seed and the access. Pure.</summary>
/// <param name="Seed">One PD: HOST or HOST:PORT.</param>
/// <param name="FromVersion">The version that the cluster reports, plain: 2.1.19.</param>
/// <param name="ToVersion">The version after the upgrade.</param>
/// <param name="Name">Name of the object; null for one made of the version.</param>
/// <param name="User">The login user on the hosts.</param>
internal sealed record TiDbManifest(string Seed, string FromVersion, string ToVersion, string? Name, string User)
{
    /// <summary>Writes the manifest as YAML, with mode: Plan and comments at what is left to fill in.</summary>
    public string Write()
    {
        var to = ToVersion.TrimStart('v');
        return $$$"""
            # Create the Secrets, fill in the archive's path and SHA-256, read status.plan, then set mode: Apply.
            apiVersion: drydock.dev/v1alpha1
            kind: DatabaseRollingUpgrade
            metadata: {name: {{{Name ?? ObjectName.Of("tidb", to)}}}}
            spec:
              mode: Plan
              engine: TiDB
              fromVersion: {{{YamlText.Of(FromVersion)}}}
              toVersion: {{{YamlText.Of(to)}}}
              # One PD; the other processes are found from there.
              seed: {{{YamlText.Of(Seed)}}}
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
                  user: {{{YamlText.Of(User)}}}
                  keySecretRef: {name: database-ssh}
                  knownHostsSecretRef: {name: database-ssh}
                  become: Sudo
              tidb:
                credentialsSecretRef: {name: tidb-root}
                # Name the databases and a storage instead if the upgrade shall take a backup.
                backup: {waived: true}

            """;
    }
}

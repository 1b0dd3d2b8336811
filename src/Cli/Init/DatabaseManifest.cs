namespace Drydock.Cli.Init;

/// <summary>The manifest of a DatabaseRollingUpgrade: the seed and the access, with comments at what is
/// left to fill in. Pure.</summary>
internal static class DatabaseManifest
{
    /// <param name="seed">One PD: HOST or HOST:PORT.</param>
    /// <param name="fromVersion">The version that runs, plain: 2.1.19; null if preflight can find it.</param>
    /// <param name="name">Name of the object; null for one made of the version.</param>
    public static string OfTiDb(string seed, string? fromVersion, string toVersion, string? name, string user)
    {
        var to = toVersion.TrimStart('v');
        return $$$"""
            # Create the Secrets, fill in the archive's path, its SHA-256 and the databases of the backup, check the
            # manifest with `kubectl drydock check -f`, apply it, read the plan, then approve it.
            apiVersion: drydock.dev/v1alpha1
            kind: DatabaseRollingUpgrade
            metadata: {name: {{{name ?? ObjectName.Of("tidb", to)}}}}
            spec:
              engine: TiDB
            {{{ManifestYaml.From(fromVersion)}}}  toVersion: {{{ManifestYaml.Of(to)}}}
              # One PD; the other processes are found from there.
              discoverFrom: {{{ManifestYaml.Of(seed)}}}
              package:
                directory: {{{ManifestYaml.Of($"/data/deploy-packages/tidb-v{to}")}}}
                archives:
                - name: tidb
                  storage: {directory: {path: /var/lib/drydock/images}}
                  path: {{{ManifestYaml.Of($"tidb-v{to}-linux-amd64.tar.gz")}}}
                  sha256: "{{{ManifestYaml.UnknownSha256}}}"
              access:
                ssh:
                  user: {{{ManifestYaml.Of(user)}}}
                  keySecretRef: {name: database-ssh}
                  become: Sudo
              tidb:
                credentialsSecretRef: {name: tidb-root}
                # Fill in the databases of your applications. Their dumps go to the default storage of the operator.
                # If you have a full backup from elsewhere, remove backup and add preflight: {acknowledge: [NoBackup]}.
                # Then the upgrade takes no backup. Data can be restored only from the one that you have.
                backup: {databases: [FILL-IN]}

            """;
    }

    /// <param name="seed">One master: HOST, or HOST:PORT of its pages.</param>
    /// <param name="fromVersion">The version that runs; null if preflight can find it.</param>
    /// <param name="name">Name of the object; null for one made of the version.</param>
    public static string OfYugabyte(
        string seed, string? fromVersion, string toVersion, bool isBmdb, string? name, string user)
    {
        var product = isBmdb ? "bmdb" : "yugabyte";
        var file = isBmdb ? $"bigmath-{toVersion}.tar.gz" : $"yugabyte-{toVersion}-linux-x86_64.tar.gz";
        return $$$"""
            # Read from the master {{{ManifestYaml.Comment(seed)}}}.
            # Create the Secret, fill in the archive's path and SHA-256, check the manifest with
            # `kubectl drydock check -f`, apply it, read the plan, then approve it.
            apiVersion: drydock.dev/v1alpha1
            kind: DatabaseRollingUpgrade
            metadata: {name: {{{name ?? ObjectName.Of(product, toVersion)}}}}
            spec:
              engine: {{{(isBmdb ? "BMDB" : "YugabyteDB")}}}
            {{{ManifestYaml.From(fromVersion)}}}  toVersion: {{{ManifestYaml.Of(toVersion)}}}
              # One master; the other processes are found from there.
              discoverFrom: {{{ManifestYaml.Of(seed)}}}
              # After flags are promoted no old process can run: the upgrade waits for your approval before that.
              holdBefore: [PromoteAutoFlags]
              package:
                directory: {{{ManifestYaml.Of($"/home/{user}/{product}-{toVersion}")}}}
                archives:
                - name: {{{product}}}
                  storage: {directory: {path: /var/lib/drydock/images}}
                  path: {{{ManifestYaml.Of(file)}}}
                  sha256: "{{{ManifestYaml.UnknownSha256}}}"
              access:
                ssh:
                  user: {{{ManifestYaml.Of(user)}}}
                  keySecretRef: {name: database-ssh}
                  become: Sudo

            """;
    }
}

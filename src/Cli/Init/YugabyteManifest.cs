namespace Drydock.Cli.Init;

/// <summary>The manifest of a DatabaseRollingUpgrade for a universe of YugabyteDB or BMDB. Pure.</summary>
/// <param name="Seed">One master: HOST, or HOST:PORT of its pages.</param>
/// <param name="FromVersion">The version that the master reports.</param>
/// <param name="ToVersion">The version after the upgrade.</param>
/// <param name="IsBmdb">Whether it is BMDB.</param>
/// <param name="Name">Name of the object; null for one made of the version.</param>
/// <param name="User">The login user on the hosts.</param>
internal sealed record YugabyteManifest(
    string Seed, string FromVersion, string ToVersion, bool IsBmdb, string? Name, string User)
{
    private const string Zeros = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Writes the manifest as YAML, with mode: Plan.</summary>
    public string Write()
    {
        var product = IsBmdb ? "bmdb" : "yugabyte";
        var file = IsBmdb ? $"bigmath-{ToVersion}.tar.gz" : $"yugabyte-{ToVersion}-linux-x86_64.tar.gz";
        return $$$"""
            # Read from the master {{{Seed}}}. Create the Secret, fill in the archive's path and SHA-256, check the
            # manifest with `kubectl drydock check -f`, apply it, read the plan, then set mode: Apply.
            apiVersion: drydock.dev/v1alpha1
            kind: DatabaseRollingUpgrade
            metadata: {name: {{{Name ?? $"{product}-to-{ToVersion.Replace('.', '-')}"}}}}
            spec:
              mode: Plan
              engine: YugabyteDB
              fromVersion: {{{FromVersion}}}
              toVersion: {{{ToVersion}}}
              # One master; the other processes are found from there.
              seed: "{{{Seed}}}"
              # After flags are promoted no old process can run: the upgrade waits for your approval before that.
              holdBefore: [PromoteAutoFlags]
              package:
                directory: /home/{{{User}}}/{{{product}}}-{{{ToVersion}}}
                postInstall: bin/post_install.sh
                archives:
                - name: {{{product}}}
                  storage: {directory: {path: /var/lib/drydock/images}}
                  path: {{{file}}}
                  sha256: "{{{Zeros}}}"
              access:
                ssh: {user: {{{User}}}, keySecretRef: {name: database-ssh}, knownHostsSecretRef: {name: database-ssh}, become: Sudo}

            """ + (IsBmdb ? "  yugabyte: {dialect: BMDB}\n" : "");
    }
}

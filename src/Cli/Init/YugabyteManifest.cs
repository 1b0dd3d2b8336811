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
    public string Write()
    {
        var product = IsBmdb ? "bmdb" : "yugabyte";
        var file = IsBmdb ? $"bigmath-{ToVersion}.tar.gz" : $"yugabyte-{ToVersion}-linux-x86_64.tar.gz";
        return $$$"""
            # Read from the master {{{YamlText.Comment(Seed)}}}.
            # Create the Secret, fill in the archive's path and SHA-256, check the manifest with
            # `kubectl drydock check -f`, apply it, read the plan, then set mode: Apply.
            apiVersion: drydock.dev/v1alpha1
            kind: DatabaseRollingUpgrade
            metadata: {name: {{{Name ?? ObjectName.Of(product, ToVersion)}}}}
            spec:
              mode: Plan
              engine: YugabyteDB
              fromVersion: {{{YamlText.Of(FromVersion)}}}
              toVersion: {{{YamlText.Of(ToVersion)}}}
              # One master; the other processes are found from there.
              seed: {{{YamlText.Of(Seed)}}}
              # After flags are promoted no old process can run: the upgrade waits for your approval before that.
              holdBefore: [PromoteAutoFlags]
              package:
                directory: {{{YamlText.Of($"/home/{User}/{product}-{ToVersion}")}}}
                postInstall: bin/post_install.sh
                archives:
                - name: {{{product}}}
                  storage: {directory: {path: /var/lib/drydock/images}}
                  path: {{{YamlText.Of(file)}}}
                  sha256: "{{{YamlText.UnknownSha256}}}"
              access:
                ssh:
                  user: {{{YamlText.Of(User)}}}
                  keySecretRef: {name: database-ssh}
                  knownHostsSecretRef: {name: database-ssh}
                  become: Sudo

            """ + (IsBmdb ? "  yugabyte: {dialect: BMDB}\n" : "");
    }
}

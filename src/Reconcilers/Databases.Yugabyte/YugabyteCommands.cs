using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The commands of the admin tool by which a person does what an upgrade left undone. Pure; no secret is in them.
/// </summary>
/// <param name="spec">The spec.</param>
internal sealed class YugabyteCommands(DatabaseRollingUpgradeSpec spec)
{
    private readonly YugabyteVocabulary _words = YugabyteVocabulary.Of(spec);

    /// <summary>Where they are run.</summary>
    public string ToolHost => spec.ToolHost ?? (spec.Instances.Count > 0 ? spec.Instances[0].Host : "the tool host");

    /// <summary>Resumes a replication group at one of its ends.</summary>
    public string Resume(string group, string side)
    {
        var peer = spec.Yugabyte?.Replication.Groups.Find(g => g.Name == group)?.Peer;
        return side == YugabyteKeys.There && peer is not null
            ? Text(string.Join(',', peer.Masters), peer.CertsDirName, "set_universe_replication_enabled", group, "1")
            : Text(Masters, spec.Tls?.CertsDirName, "set_universe_replication_enabled", group, "1");
    }

    /// <summary>Takes a tablet server out of the leader blacklist.</summary>
    public string Release(string instance)
    {
        var server = spec.Instances.Find(i => i.Name == instance);
        var address = server is null ? instance : new ServiceAddress(server.Host, DefaultPorts.Service(spec, server)).ToString();
        return Text(Masters, spec.Tls?.CertsDirName, "change_leader_blacklist", "REMOVE", address);
    }

    private string Masters =>
        string.Join(',', spec.Instances.Where(i => i.Component == DatabaseComponent.Master).Select(m => new ServiceAddress(m.Host, DefaultPorts.Service(spec, m))));

    private string Text(string masters, string? certs, params string[] command) =>
        string.Join(' ', [$"{spec.Package.Directory}/bin/{_words.AdminProgram}", _words.MasterAddressesFlag, masters, .. certs is null ? Array.Empty<string>() : [_words.CertsFlag, certs], .. command]);
}

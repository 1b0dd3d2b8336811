namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The commands of the admin tool with which an administrator completes what an upgrade has not done. They
/// contain no secret. Pure.</summary>
internal sealed class YugabyteCommands(DatabaseRollingUpgradeSpec spec)
{
    private readonly YugabyteVocabulary _vocabulary = YugabyteVocabulary.Of(spec);

    public string ToolHost => spec.ToolHost ?? (spec.Instances.Count > 0 ? spec.Instances[0].Host : "the tool host");

    private string Masters => string.Join(',', spec.Instances
        .Where(i => i.Component == DatabaseComponent.Master)
        .Select(m => new ServiceAddress(m.Host, DefaultPorts.Service(spec, m))));

    public string Resume(string group, ReplicationTarget target)
    {
        var peer = spec.Yugabyte?.Replication.Groups.Find(g => g.Name == group)?.Peer;
        string[] command = ["set_universe_replication_enabled", group, "1"];
        return target == ReplicationTarget.There && peer is not null
            ? Text(string.Join(',', peer.Masters), AdminToolTls.Of(peer), command)
            : Text(Masters, AdminToolTls.Of(spec.Tls), command);
    }

    public string Release(string instance)
    {
        var server = spec.Instances.Find(i => i.Name == instance);
        var address = server is null
            ? instance
            : new ServiceAddress(server.Host, DefaultPorts.Service(spec, server)).ToString();
        return Text(Masters, AdminToolTls.Of(spec.Tls), ["change_leader_blacklist", "REMOVE", address]);
    }

    private string Text(string masters, AdminToolTls? tls, string[] command)
    {
        var program = $"{spec.Package.Directory}/bin/{_vocabulary.AdminProgram}";
        var flags = AdminToolTls.Arguments(tls, _vocabulary);
        return string.Join(' ', [program, _vocabulary.MasterAddressesFlag, masters, .. flags, .. command]);
    }
}

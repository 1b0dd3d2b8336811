using System.Collections.Concurrent;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>The hosts of a database as a spec reaches them, one shared connection each.</summary>
internal sealed class BoundDatabaseHosts : IDatabaseHosts
{
    private readonly DatabaseRollingUpgradeSpec _spec;
    private readonly string? _namespace;
    private readonly DatabaseSecrets _secrets;
    private readonly DatabaseHostServices _services;
    private readonly IDatabaseEngine _engine;
    private readonly Dictionary<string, DatabaseInstance> _instances;
    private readonly ConcurrentDictionary<string, HostChannel> _channels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IInstanceHost> _hosts = new(StringComparer.Ordinal);

    /// <summary>Binds them; nothing is connected yet.</summary>
    /// <param name="upgrade">The upgrade as last read.</param>
    /// <param name="secrets">The Secrets it refers to. Without a usable key or certificate every call fails and says
    /// so.</param>
    /// <param name="services">Clients.</param>
    /// <param name="engine">The engine of the spec.</param>
    public BoundDatabaseHosts(
        DatabaseRollingUpgrade upgrade, DatabaseSecrets secrets, DatabaseHostServices services, IDatabaseEngine engine)
    {
        (_spec, _namespace, _secrets, _services, _engine) = (
            upgrade.Spec, upgrade.Metadata.Namespace, secrets, services, engine);
        _instances = _spec.Instances.DistinctBy(i => i.Name, StringComparer.Ordinal).ToDictionary(
            i => i.Name, StringComparer.Ordinal);
        All = [.. _spec.Instances.Select(i => i.Host).Distinct(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> All { get; }

    public string ToolHost => _spec.ToolHost ?? All[0];

    public IInstanceHost Instance(string instance) => _hosts.GetOrAdd(instance, name =>
    {
        var found = _instances.GetValueOrDefault(name)
            ?? throw new KeyNotFoundException(
                $"spec.instances no longer lists '{name}'. Add it again until the upgrade has ended.");
        var target = Target(found);
        var others = _spec.Instances.Where(
            i => i.Name != name && i.Host == found.Host && i.Component == found.Component).Select(Target);
        return new InstanceHost(Channel(found.Host), target, [.. others], _spec.Package.Directory);
    });

    public IInstanceHost Service(InstanceTarget target) =>
        new InstanceHost(Channel(target.Host), target, [], newDirectory: null);

    public IHostFiles Files(string host) => new HostFiles(Channel(host), _services, _namespace);

    public InstanceTarget Target(DatabaseInstance instance) => InstanceTargets.Of(_spec, instance, _engine);

    /// <summary>Ends the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels.Values)
        {
            await channel.DisposeAsync();
        }
    }

    private HostChannel Channel(string host) =>
        _channels.GetOrAdd(
            host,
            name => new HostChannel(name, HostConnection.Of(name, _spec.Access, _secrets, _services), _services.Fence));
}

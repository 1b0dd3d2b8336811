namespace Drydock.Reconcilers.Databases;

/// <summary>The hosts of a database as a spec reaches them, one shared connection each.</summary>
/// <param name="secrets">The Secrets that the upgrade refers to. Without a usable key or certificate every call fails
/// and says so.</param>
internal sealed class BoundDatabaseHosts(
    DatabaseRollingUpgrade upgrade, DatabaseSecrets secrets, DatabaseHostServices services, IDatabaseEngine engine)
    : IDatabaseHosts, IConnectionFactory
{
    private readonly string? _namespace = upgrade.Metadata.Namespace;
    private readonly string _run = upgrade.Metadata.Uid ?? "";
    private readonly ConcurrentDictionary<string, (HostChannel Channel, HostLooks Looks)> _hosts =
        new(StringComparer.Ordinal);
    private volatile Topology _topology = new(upgrade.Spec);

    public IReadOnlyList<string> All => _topology.Hosts;
    public string ToolHost => Spec.ToolHost ?? All[0];
    private DatabaseRollingUpgradeSpec Spec => _topology.Spec;

    public IInstanceHost Instance(string instance)
    {
        var topology = _topology;
        return topology.Bound.GetOrAdd(instance, name =>
        {
            var found = topology.Instances.GetValueOrDefault(name)
                ?? throw new KeyNotFoundException(
                    $"spec.instances no longer lists '{name}'. Add it again until the upgrade has ended.");
            var others = topology.Spec.Instances.Where(
                i => i.Name != name && i.Host == found.Host && i.Component == found.Component).Select(Target);
            return Bind(Target(found), [.. others], topology.Spec.Package.Directory);

            InstanceTarget Target(DatabaseInstance one) =>
                InstanceTargets.Of(topology.Spec, one, engine) with { Run = _run };
        });
    }

    public IInstanceHost Service(InstanceTarget target) =>
        Bind(target with { Run = _run }, [], newDirectory: null);

    public IHostFiles Files(string host) => new HostFiles(Channel(host), services, _namespace);

    public void Complete(DatabaseRollingUpgradeSpec spec) => _topology = new Topology(spec);

    /// <summary>The processes of the engine's programs on a host.</summary>
    /// <exception cref="HostException">The host cannot be asked, or its answer is unusable.</exception>
    public async Task<IReadOnlyList<HostProcess>> ProcessesAsync(string host, CancellationToken cancellationToken)
    {
        var spec = Spec;
        var channel = Channel(host);
        var programs = spec.Engine.Components().Select(c => ProgramNames.Of(spec, c));
        var answer = await channel.LookAsync(
            new ScriptCall(
                "processes", $"looking for the processes of {spec.Engine}",
                [channel.Way.MayBecome ? "yes" : "no", .. programs],
                Privilege.Look),
            cancellationToken);
        return HostProcess.Read(host, answer);
    }

    /// <summary>Opens a connection through ssh: on the host that the address belongs to (of an instance or of a
    /// monitoring service), else on the tool host. Before the processes are found every address is a host.</summary>
    /// <exception cref="IOException">The host cannot be reached.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var through = Array.Find([.. All, .. _topology.ServiceHosts], h => HostNames.AreSame(h, host))
            ?? Spec.ToolHost ?? (All.Count > 0 ? All[0] : host);
        try
        {
            return await Channel(through).ConnectAsync(host, port, cancellationToken);
        }
        catch (HostException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (channel, _) in _hosts.Values)
        {
            await channel.DisposeAsync();
        }
    }

    private InstanceHost Bind(InstanceTarget target, List<InstanceTarget> others, string? newDirectory)
    {
        var (channel, looks) = Host(target.Host);
        return new InstanceHost(channel, looks, target, others, newDirectory, services.Time);
    }

    private HostChannel Channel(string host) => Host(host).Channel;

    private (HostChannel Channel, HostLooks Looks) Host(string host) => _hosts.GetOrAdd(
        host,
        name =>
        {
            var connection = HostConnection.Of(name, Spec.Access, secrets, services);
            var channel = new HostChannel(name, connection, services.Fence);
            return (channel, new HostLooks(channel, services.Time));
        });

    private sealed class Topology(DatabaseRollingUpgradeSpec spec)
    {
        public DatabaseRollingUpgradeSpec Spec => spec;
        public IReadOnlyList<string> Hosts { get; } =
            [.. spec.Instances.Select(i => i.Host).Distinct(StringComparer.Ordinal)];

        public IReadOnlyList<string> ServiceHosts { get; } =
            [.. (spec.Tidb ?? new TiDbSpec()).Services().Select(s => s.Host).Distinct(StringComparer.Ordinal)];

        public IReadOnlyDictionary<string, DatabaseInstance> Instances { get; } =
            spec.Instances.DistinctBy(i => i.Name, StringComparer.Ordinal).ToDictionary(
                i => i.Name, StringComparer.Ordinal);

        public ConcurrentDictionary<string, IInstanceHost> Bound { get; } = new(StringComparer.Ordinal);
    }
}

namespace Drydock.Reconcilers.Databases;

/// <summary>The services by which hosts are reached.</summary>
/// <param name="Docker">Where hosts are containers: their engines.</param>
internal sealed record DatabaseHostServices(IStorages Storages, DockerEndpoints Docker, TimeProvider Time)
{
    // A file of 1 MiB comes in base64.
    private const int MaxOutput = 2 << 20;

    /// <summary>Asked between the observation and each action; null permits every action.</summary>
    public IActFence? Fence { get; init; }

    public HashedArchives Archives { get; init; } = new(Time);
    public SshOptions Ssh { get; init; } = new();

    /// <summary>Makes an ssh client; by default the OpenSSH client of this machine.</summary>
    internal Func<SshEndpoint, SshMaterial, SshOptions, IRemoteClient> Clients { get; init; } = static (
        endpoint, material, options) =>
        new SshClient(endpoint, material, options);

    /// <summary>Makes the client of a container; null: by exec.</summary>
    internal Func<DockerEndpoint, ContainerHost, string?, IRemoteClient>? Containers { get; init; }

    internal IRemoteClient Connect(SshEndpoint endpoint, SshMaterial material) =>
        Clients(endpoint, material, Ssh with { MaxOutput = Math.Max(MaxOutput, Ssh.MaxOutput) });

    internal IRemoteClient Connect(DockerEndpoint endpoint, ContainerHost container, string? user) =>
        Containers is { } make
            ? make(endpoint, container, user)
            : new ContainerRemoteClient(
                Docker.Get(endpoint), container.Host, container.Container, user, MaxOutput, Time);
}

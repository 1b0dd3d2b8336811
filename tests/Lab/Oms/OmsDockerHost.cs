namespace Drydock.Lab.Oms;

/// <summary>A <see cref="DockerHost"/> of the lab for OMS.</summary>
public sealed class OmsDockerHost(DockerHost host) : IOmsHost
{
    /// <inheritdoc/>
    public string Name => host.Name;

    /// <inheritdoc/>
    public string Address => host.Address;

    /// <inheritdoc/>
    public Task<string> DockerAsync(params string[] args) => host.DockerAsync(args);
}

using Drydock.Clients.Ssh;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common.Storage;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts;

/// <summary>What hosts are reached by.</summary>
/// <param name="Storages">Where package archives are read.</param>
/// <param name="Time">The clock.</param>
public sealed record DatabaseHostServices(IStorages Storages, TimeProvider Time)
{
    // A file of 1 MiB comes in base64.
    private const int MaxOutput = 2 << 20;

    /// <summary>Asked between the look and each act; null lets every act pass.</summary>
    public IActFence? Fence { get; init; }

    /// <summary>How ssh is used from here.</summary>
    public SshOptions Ssh { get; init; } = new();

    /// <summary>Makes a client; by default the OpenSSH client of this machine.</summary>
    internal Func<SshEndpoint, SshMaterial, SshOptions, ISshClient> Clients { get; init; } = static (endpoint, material, options) => new SshClient(endpoint, material, options);

    /// <summary>Makes the client of a host.</summary>
    internal ISshClient Connect(SshEndpoint endpoint, SshMaterial material) => Clients(endpoint, material, Ssh with { MaxOutput = Math.Max(MaxOutput, Ssh.MaxOutput) });
}

namespace Drydock.Tests.Integration.Lab.Hosts;

/// <summary>The operator's ssh client, pointed at a lab's host.</summary>
internal static class HostClients
{
    /// <summary>With the key that is let in and the host key as it is now, unless others are given.</summary>
    public static SshClient Client(this LabHost host, string? key = null, string? knownHosts = null) => new(
        new SshEndpoint(host.Address, host.User),
        new SshMaterial(Encoding.ASCII.GetBytes(key ?? host.KeyPem), Encoding.ASCII.GetBytes(
            (knownHosts ?? host.KnownHostsLine) + "\n")),
        new SshOptions { ConnectTimeout = TimeSpan.FromSeconds(20) });
}

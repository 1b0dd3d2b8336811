using System.Text;
using Drydock.Clients.Docker;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One life's way to the world's Docker hosts.</summary>
internal sealed class WorldDockerEndpoints(OmsWorld world, OperatorLife life) : IDockerEndpoints
{
    public IDockerClient Get(DockerEndpoint endpoint)
    {
        var host = world.Hosts.Find(h => h.Ip == endpoint.Uri.Host);
        var trusted = endpoint.Tls is { } tls && Encoding.UTF8.GetString(tls.PrivateKey.Span) == Canary.TlsKey;
        return new WorldDocker(world, life, host, endpoint.DisplayName, trusted);
    }
}

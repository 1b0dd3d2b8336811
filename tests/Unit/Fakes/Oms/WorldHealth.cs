using Drydock.Reconcilers.Oms;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>The health endpoint of each node: healthy while its console runs.</summary>
internal sealed class WorldHealth(OmsWorld world) : IHealthProbe
{
    /// <summary>How the nodes were asked.</summary>
    public HashSet<string> Asked { get; } = new(StringComparer.Ordinal);

    public Task<HealthAnswer> AskAsync(string host, int port, bool https, string path, CancellationToken cancellationToken)
    {
        world.Looks++;
        Asked.Add($"{(https ? "https" : "http")}://{host}:{port}{path}");
        var console = world.Hosts.Find(h => h.Ip == host)?.Containers.Find(c => c.IsRunning)?.Programs.GetValueOrDefault("oms_console");
        return Task.FromResult(console is { State: "RUNNING" } ? new HealthAnswer(HealthState.Healthy, "healthy") : new HealthAnswer(HealthState.Unreachable, "connection refused"));
    }
}

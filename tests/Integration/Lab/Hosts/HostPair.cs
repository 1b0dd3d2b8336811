namespace Drydock.Tests.Integration.Lab.Hosts;

/// <summary>Two hosts that the tests of a class share; none of them breaks one.</summary>
public sealed class HostPair(LabFixture lab) : IAsyncLifetime
{
    private LabHost[] _hosts = [];

    public LabHost First => _hosts[0];

    public LabHost Second => _hosts[1];

    public async ValueTask InitializeAsync()
    {
        var run = await lab.RunAsync();
        _hosts = await Task.WhenAll(new[] { "db-a", "db-b" }.Select(
            name => LabHost.StartAsync(run, LabFixture.UniqueName(name), new LabHostOptions { TimeFactor = 60 })));
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_hosts.Select(host => host.DisposeAsync().AsTask()));
}

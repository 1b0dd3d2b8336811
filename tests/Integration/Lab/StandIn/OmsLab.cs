namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>Four hosts and a metadata database for tests of the OMS stand-in, one after the other.</summary>
public sealed class OmsLab(LabFixture lab) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private DockerHost[] _hosts = [];
    private OmsScenario? _scenario;

    /// <summary>The metadata database.</summary>
    public MetaDb MetaDb { get; private set; } = null!;

    /// <summary>The hosts of the scenario.</summary>
    public IReadOnlyList<DockerHost> Hosts => _hosts;

    /// <summary>Sets a scenario; the one before is taken away.</summary>
    public async Task<OmsScenario> UseAsync(
        UpgradeRoad road, Func<OmsScenarioOptions, OmsScenarioOptions>? change = null)
    {
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var run = await lab.RunAsync();
            if (_hosts.Length == 0)
            {
                var database = MetaDb.StartAsync(run, new MetaDbOptions { Name = "omsdb" });
                _hosts = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => DockerHost.StartAsync(run, $"omsh{i}")));
                MetaDb = await database;
            }

            if (_scenario is not null)
            {
                await _scenario.RemoveAsync();
            }

            var hosts = _hosts.Take(road.Nodes(2)).Select(x => new OmsDockerHost(x)).ToList();
            _scenario = road.Build(
                hosts, new OmsMariaDb(MetaDb), run.FolderFor("omslab"), await OmsImages.BuildAsync(),
                change ?? (x => x));
            await _scenario.ResetAsync(TestContext.Current.CancellationToken);
            return _scenario;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The scenario goes; hosts and database go with the run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_scenario is not null)
        {
            await _scenario.ClearAsync();
        }

        _one.Dispose();
    }
}

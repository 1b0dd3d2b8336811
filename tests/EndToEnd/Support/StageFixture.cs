using Drydock.Lab.Chaos;
using Drydock.Tests.EndToEnd.Golden;

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>
/// One stage for all tests of a lane: two hosts, fault proxies between the operator and everything. Each test
/// begins with a reset.
/// </summary>
public sealed class StageFixture : IAsyncDisposable
{
    private readonly Lazy<Task<UpgradeStage>> _stage = new(() => UpgradeStage.StartAsync(new StageOptions
    {
        Checkout = Repository.Root,
        OperatorAssembly = Repository.OperatorAssembly,
        Faults = true,
        DockerDataBytes = 1L << 30,
        MetaDbDataBytes = 512L << 20,
    }));

    private ChaosRunner? _chaos;
    private Task<GoldenRecording>? _recording;

    /// <summary>
    /// The runner of accidents on the stage. It keeps the undisturbed runs that accidents are compared with, so that
    /// the tests of a lane need each only once.
    /// </summary>
    public async Task<ChaosRunner> ChaosAsync() => _chaos ??= new ChaosRunner(await _stage.Value);

    /// <summary>The recorded golden run. It is made once, by the first test that asks for it.</summary>
    public Task<GoldenRecording> RecordingAsync()
    {
        return _recording ??= RecordAsync();

        async Task<GoldenRecording> RecordAsync() => await GoldenStory.RecordAsync(await ResetAsync());
    }

    /// <summary>The stage on the main road, reset.</summary>
    public Task<UpgradeStage> ResetAsync() => UseAsync(UpgradeRoad.Enterprise);

    /// <summary>The stage on another road, reset.</summary>
    public async Task<UpgradeStage> UseAsync(UpgradeRoad road)
    {
        var stage = await _stage.Value;
        await stage.UseAsync(road, TestContext.Current.CancellationToken);
        return stage;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_recording is { IsCompletedSuccessfully: true })
        {
            await (await _recording).DisposeAsync();
        }

        if (_stage.IsValueCreated)
        {
            await (await _stage.Value).DisposeAsync();
        }
    }
}

using Drydock.Lab.Upgrades;

[assembly: AssemblyFixture(typeof(Drydock.Tests.EndToEnd.Support.StageFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Drydock.Tests.EndToEnd.Support;

/// <summary>One stage for all tests of the assembly: two hosts, fault proxies between the operator and everything. Each test begins with a reset.</summary>
public sealed class StageFixture : IAsyncDisposable
{
    private readonly Lazy<Task<UpgradeStage>> _stage = new(() => UpgradeStage.StartAsync(new StageOptions
    {
        Checkout = Checkout.Root,
        OperatorAssembly = Checkout.OperatorAssembly,
        Faults = true,
    }));

    /// <summary>The stage, reset.</summary>
    public async Task<UpgradeStage> ResetAsync()
    {
        var stage = await _stage.Value;
        await stage.ResetAsync(TestContext.Current.CancellationToken);
        return stage;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_stage.IsValueCreated)
        {
            await (await _stage.Value).DisposeAsync();
        }
    }
}

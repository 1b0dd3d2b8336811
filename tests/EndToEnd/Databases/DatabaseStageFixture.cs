namespace Drydock.Tests.EndToEnd.Databases;

/// <summary>
/// One control plane for all tests of database upgrades in a lane. Each test begins with a reset and brings clusters of
/// its own.
/// </summary>
public sealed class DatabaseStageFixture : IAsyncDisposable
{
    private readonly Lazy<Task<DatabaseStage>> _stage = new(() => DatabaseStage.StartAsync(new DatabaseStageOptions
    {
        Checkout = Repository.Root,
        OperatorAssembly = Repository.OperatorAssembly,
    }));

    /// <summary>The stage, reset.</summary>
    public async Task<DatabaseStage> ResetAsync()
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
